/** Registering other systems and giving out their keys. */
import type { CaseSource } from "#domain/case.ts";
import { isWithin, type Role } from "#domain/rights.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { conflict, type Change, type Refusal } from "../register/change-register.ts";
import { audit } from "../store/audit.ts";
import type { Writing } from "../store/open-store.ts";
import type { IntakeKeys } from "./keys.ts";

/** Names no other system may take: they are ours. */
const ownNames = new Set(["resident", "staff"]);
/** How long the key before stays good after a change, ms: a day to roll it out. */
const overlapMs = 24 * 3_600_000;

export interface NewSource {
  readonly id: string;
  readonly kind: CaseSource;
  readonly nameZh: string;
  readonly nameEn: string;
  /** Path of the area it may report for. */
  readonly areaPath: string;
}

/** Answers the key, which is shown this once. */
export const addSource = async (
  tx: Writing,
  keys: IntakeKeys,
  change: Change,
  wish: NewSource,
): Promise<Result<string, Refusal>> => {
  const allowed = mayManage(change, wish.areaPath);
  if (!allowed.ok) return allowed;
  const known = await tx
    .selectFrom("intake_sources")
    .select("id")
    .where("id", "=", wish.id)
    .executeTakeFirst();
  if (known !== undefined || ownNames.has(wish.id)) {
    return err(conflict(`来源编号 ${wish.id} 已被使用`, `the source ${wish.id} exists already`));
  }
  await tx
    .insertInto("intake_sources")
    .values({
      id: wish.id,
      kind: wish.kind,
      name_zh: wish.nameZh,
      name_en: wish.nameEn,
      area_path: wish.areaPath,
      key_number: 1,
      key_overlap_until_ms: 0,
      disabled_at_ms: null,
      created_by: change.actor.name,
      created_at_ms: Math.floor(change.nowMs),
    })
    .execute();
  await note(tx, change, wish.id, "add");
  return ok(keys.keyOf(wish.id, 1));
};

/** A new key. The one before stays good for a day, unless it must end `atOnce` (it has leaked). */
export const renewKey = async (
  tx: Writing,
  keys: IntakeKeys,
  change: Change,
  wish: { readonly id: string; readonly atOnce: boolean },
): Promise<Result<string, Refusal>> => {
  const source = await openSource(tx, change, wish.id);
  if (!source.ok) return source;
  const number = source.value.key_number + 1;
  await tx
    .updateTable("intake_sources")
    .set({
      key_number: number,
      key_overlap_until_ms: wish.atOnce ? 0 : Math.floor(change.nowMs) + overlapMs,
    })
    .where("id", "=", wish.id)
    .execute();
  await note(tx, change, wish.id, wish.atOnce ? "renew-at-once" : "renew");
  return ok(keys.keyOf(wish.id, number));
};

/** From now on nothing it sends is taken. */
export const disableSource = async (
  tx: Writing,
  change: Change,
  id: string,
): Promise<Result<void, Refusal>> => {
  const source = await openSource(tx, change, id);
  if (!source.ok) return source;
  await tx
    .updateTable("intake_sources")
    .set({ disabled_at_ms: Math.floor(change.nowMs) })
    .where("id", "=", id)
    .execute();
  await note(tx, change, id, "disable");
  return ok(undefined);
};

const managers: ReadonlySet<Role> = new Set(["admin"]);

const mayManage = (change: Change, area: string): Result<void, Refusal> =>
  change.actor.grants.some((one) => managers.has(one.role) && isWithin(area, one.area))
    ? ok(undefined)
    : err({
        kind: "forbidden",
        why: {
          zh: "只有该辖区的系统管理员可以管理报事来源",
          en: "only the administrator of the area manages its sources",
        },
      });

const openSource = async (tx: Writing, change: Change, id: string) => {
  const source = await tx
    .selectFrom("intake_sources")
    .selectAll()
    .where("id", "=", id)
    .where("disabled_at_ms", "is", null)
    .executeTakeFirst();
  const refused: Refusal = { kind: "unknown" };
  if (source === undefined) return err(refused);
  const allowed = mayManage(change, source.area_path);
  return allowed.ok ? ok(source) : allowed;
};

const note = (tx: Writing, change: Change, id: string, done: string): Promise<void> =>
  audit(tx, {
    atMs: change.nowMs,
    actor: change.actor.name,
    action: "intake-source",
    subject: id,
    source: change.source,
    detail: { done },
  });
