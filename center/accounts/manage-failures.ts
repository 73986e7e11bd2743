/** Why something is not done to an account, and how it is said. */
import type { Bilingual } from "#domain/result.ts";

export type ManageFailure =
  /** No such account within the manager's areas. */
  | { readonly kind: "unknown" }
  | { readonly kind: "name-taken" }
  /** Area or grant reaches beyond the manager's own areas. */
  | { readonly kind: "beyond" }
  | { readonly kind: "no-such-area" }
  /** Nobody would be left who could keep accounts everywhere. */
  | { readonly kind: "last-admin" }
  /** Nobody gives rights to himself, or disables himself, while another could. */
  | { readonly kind: "four-eyes" };

/** What to tell the administrator. */
export const explainManageFailure: Readonly<Record<ManageFailure["kind"], Bilingual>> = {
  unknown: {
    zh: "您管辖的区域内没有这个账号或会话",
    en: "there is no such account or session within your areas",
  },
  "name-taken": {
    zh: "该账号名已被使用,请换一个",
    en: "the account name is in use; choose another",
  },
  beyond: {
    zh: "超出您的管辖区域,请由上级管理员操作",
    en: "this reaches beyond your areas; ask the administrator of the level above",
  },
  "no-such-area": {
    zh: "没有这个区域,请先在台账中登记",
    en: "there is no such area; register it first",
  },
  "last-admin": {
    zh: "这是最后一个全局管理员,不能停用或撤销;请先设立另一个",
    en: "this is the last administrator over everything; appoint another one first",
  },
  "four-eyes": {
    zh: "不能给自己授权,也不能停用自己;请由另一位管理员操作",
    en: "nobody gives rights to himself or disables himself; ask the other administrator",
  },
};
