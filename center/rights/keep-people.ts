/** Entering, changing and ending people: staff above all, whom nobody imports one by one. */
import { randomUUID } from "node:crypto";
import { err, ok, type Result } from "#domain/result.ts";
import { conflict, type Refusal } from "../register/change-register.ts";
import { audit } from "../store/audit.ts";
import type { Writing } from "../store/open-store.ts";
import { placeOf } from "../vault/places.ts";
import { by, personRow, seenBy, type PersonView, type Viewer } from "./people.ts";
import { isInScope } from "./scoped.ts";

export const personKinds = ["staff", "resident", "contact"] as const;
export type PersonKind = (typeof personKinds)[number];

/** What can be told of a person; `null` takes it back. */
export interface PersonFacts {
  readonly name?: string;
  readonly phone?: string | null;
  /** Id of an area of the register. */
  readonly area?: string;
  /** Household number, for residents and their contacts. */
  readonly household?: string | null;
  /** The account this person logs in with, for staff. */
  readonly account?: string | null;
}

type Kept = Promise<Result<PersonView, Refusal>>;

/** Enters a person; `id`: a personnel number, or one is made. An id is never used twice. */
export const addPerson = async (
  tx: Writing,
  keeper: Viewer,
  wish: { readonly id?: string | undefined; readonly kind: PersonKind } & PersonFacts & {
      readonly name: string;
      readonly area: string;
    },
): Kept => {
  const id = wish.id ?? randomUUID();
  const taken = await tx.selectFrom("people").select("id").where("id", "=", id).executeTakeFirst();
  if (taken !== undefined) {
    return err(conflict(`编号 ${id} 已被使用,请换一个`, `the id ${id} is in use; choose another`));
  }
  const facts = await checkFacts(tx, keeper, { id, kind: wish.kind }, wish);
  if (!facts.ok) return facts;
  await tx
    .insertInto("people")
    .values({
      id,
      kind: wish.kind,
      name: wish.name,
      phone: wish.phone ? keeper.vault.seal(wish.phone, placeOf.phone(id)) : null,
      area: wish.area,
      household: wish.household ?? null,
      user_name: wish.account ?? null,
      flags: "{}",
      erased_at_ms: null,
      ended_at_ms: null,
    })
    .execute();
  return noted(tx, keeper, id, { action: "person-add", detail: { kind: wish.kind } });
};

/** Changes what is given; `version` is the one that was seen. */
export const changePerson = async (
  tx: Writing,
  keeper: Viewer,
  wish: { readonly id: string; readonly version: number; readonly facts: PersonFacts },
): Kept => {
  const { id, facts } = wish;
  const current = await openForChange(tx, keeper, wish);
  if (!current.ok) return current;
  const checked = await checkFacts(tx, keeper, { id, kind: current.value.kind }, facts);
  if (!checked.ok) return checked;
  const { name, phone, area, household, account } = facts;
  await tx
    .updateTable("people")
    .set((eb) => ({
      ...(name !== undefined && { name }),
      ...(phone !== undefined && {
        phone: phone === null ? null : keeper.vault.seal(phone, placeOf.phone(id)),
      }),
      ...(area !== undefined && { area }),
      ...(household !== undefined && { household }),
      ...(account !== undefined && { user_name: account }),
      version: eb("version", "+", 1),
    }))
    .where("id", "=", id)
    .execute();
  const changed = Object.keys(facts).join(" ");
  return noted(tx, keeper, id, { action: "person-change", detail: { changed } });
};

/**
 * Ends somebody's work or stay here: the account is let go, name and phone stay for who asks later.
 * Refused while an open case is theirs: it must be handed on first.
 */
export const endPerson = async (
  tx: Writing,
  keeper: Viewer,
  wish: { readonly id: string; readonly version: number; readonly reason: string },
): Kept => {
  const current = await openForChange(tx, keeper, wish);
  if (!current.ok) return current;
  const account = current.value.user_name;
  const held = account === null ? undefined : await caseOf(tx, account);
  if (held !== undefined) {
    return err(
      conflict(
        `此人名下的事件 ${held} 尚未办结,请先改派`,
        `case ${held} is still with this person; dispatch it anew first`,
      ),
    );
  }
  await tx
    .updateTable("people")
    .set((eb) => ({
      ended_at_ms: Math.floor(keeper.nowMs),
      user_name: null,
      version: eb("version", "+", 1),
    }))
    .where("id", "=", wish.id)
    .execute();
  return noted(tx, keeper, wish.id, {
    action: "person-end",
    detail: { reason: wish.reason, ...(account !== null && { account }) },
  });
};

const caseOf = async (tx: Writing, account: string): Promise<string | undefined> =>
  (
    await tx
      .selectFrom("cases")
      .select("id")
      .where("is_open", "=", 1)
      .where("assignee", "=", account)
      .orderBy("id")
      .executeTakeFirst()
  )?.id;

/** The person, when the keeper has seen the newest version and there is something to change. */
const openForChange = async (
  tx: Writing,
  keeper: Viewer,
  wish: { readonly id: string; readonly version: number },
) => {
  const row = await personRow(tx, keeper.areas, wish.id);
  if (row === undefined) return err({ kind: "unknown" } as const);
  if (row.erased_at_ms !== null || row.ended_at_ms !== null) {
    return err(
      conflict("此人已停用或已删除,不能再修改", "this person has ended or was forgotten already"),
    );
  }
  return row.version === wish.version
    ? ok(row)
    : err({ kind: "changed", current: row.version } as const);
};

/** Area, household and account must be there, agree, and lie within the keeper's areas. */
const checkFacts = async (
  tx: Writing,
  keeper: Viewer,
  person: { readonly id: string; readonly kind: string },
  { area, household, account }: PersonFacts,
): Promise<Result<void, Refusal>> => {
  if (area !== undefined) {
    const row = await tx
      .selectFrom("areas")
      .select("path")
      .where("id", "=", area)
      .where("retired_at_ms", "is", null)
      .executeTakeFirst();
    if (row === undefined || !isInScope(row.path, keeper.areas)) return err({ kind: "unknown" });
  }
  if (household !== undefined && household !== null) {
    const home = await tx
      .selectFrom("households")
      .innerJoin("buildings", "buildings.id", "households.building")
      .innerJoin("areas", "areas.id", "buildings.area")
      .select("areas.path")
      .where("households.id", "=", household)
      .where("households.retired_at_ms", "is", null)
      .executeTakeFirst();
    if (home === undefined || !isInScope(home.path, keeper.areas)) return err(noHome(household));
  }
  if (account === undefined || account === null) return ok(undefined);
  if (person.kind !== "staff") return err(onlyStaff);
  const user = await tx
    .selectFrom("users")
    .leftJoin("people", "people.user_name", "users.name")
    .select(["users.area", "people.id as owner"])
    .where("users.name", "=", account)
    .executeTakeFirst();
  if (user === undefined || !isInScope(user.area, keeper.areas)) return err(noAccount(account));
  return user.owner === null || user.owner === person.id ? ok(undefined) : err(accountTaken);
};

const noted = async (
  tx: Writing,
  keeper: Viewer,
  id: string,
  deed: { readonly action: string; readonly detail: Readonly<Record<string, string>> },
): Kept => {
  const row = await personRow(tx, ["/"], id);
  if (row === undefined) throw new Error(`person ${id} vanished while it was changed`);
  await audit(tx, { ...by(keeper), ...deed, subject: id, area: row.area });
  return ok(await seenBy(tx, keeper, row));
};

const noHome = (household: string): Refusal => ({
  kind: "invalid",
  why: {
    zh: `辖区内没有住户 ${household},请先登记`,
    en: `there is no household ${household} in your areas; register it first`,
  },
});

const noAccount = (account: string): Refusal => ({
  kind: "invalid",
  why: {
    zh: `辖区内没有账号 ${account},请管理员先建立`,
    en: `there is no account ${account} in your areas; have an administrator create it`,
  },
});

const accountTaken: Refusal = conflict(
  "该账号已属于另一人,请先解除",
  "the account belongs to somebody else; take it from them first",
);

const onlyStaff: Refusal = {
  kind: "invalid",
  why: { zh: "只有工作人员可关联账号", en: "only staff have an account" },
};
