/** Writing the register: nothing is deleted, nothing is overwritten unseen, everything is audited. */
import { sql } from "kysely";
import { isWithin, type Actor } from "#domain/rights.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { audit } from "../store/audit.ts";
import type { Writing } from "../store/open-store.ts";
import { moveWork } from "./move-work.ts";
import { kindFacts, type RegisterKind } from "./kinds.ts";
import { readEntry, type Entry } from "./read-register.ts";

/** Who changes, from where, and when (epoch ms). */
export interface Change {
  readonly actor: Actor;
  /** Address the request comes from. */
  readonly source: string;
  readonly nowMs: number;
}

export type Refusal =
  | { readonly kind: "unknown" }
  | { readonly kind: "forbidden"; readonly why: Bilingual }
  | { readonly kind: "conflict"; readonly why: Bilingual; readonly current?: number }
  /** The version is not the current one. */
  | { readonly kind: "changed"; readonly current: number }
  | { readonly kind: "invalid"; readonly why: Bilingual };

export type Facts = Readonly<Record<string, string | number | null>>;

/** Adds an entry; its area must lie within the actor's. An id is never used twice. */
export const addEntry = async (
  tx: Writing,
  change: Change,
  wish: { readonly kind: RegisterKind; readonly id: string; readonly facts: Facts },
): Promise<Result<Entry, Refusal>> => {
  const { kind, id, facts } = wish;
  const { table, key, fields, zh, en } = kindFacts[kind];
  const area = await areaOfFacts(tx, change.actor, kind, facts);
  if (!area.ok) return area;
  const allowed = mayWrite(change.actor, kind, area.value);
  if (!allowed.ok) return allowed;
  const taken = await sql`select 1 from ${sql.table(table)} where ${sql.ref(key)} = ${id}`.execute(
    tx,
  );
  if (taken.rows.length > 0) {
    return err(
      conflict(
        `${zh}编号 ${id} 已被使用(可能已停用),请换一个`,
        `the ${en} ${id} exists already, perhaps retired; choose another id`,
      ),
    );
  }
  const columns = Object.entries(facts).flatMap(([name, value]) => {
    const column = fields[name]?.column;
    return column === undefined ? [] : [{ column, value }];
  });
  const path = kind === "areas" ? [{ column: "path", value: `${area.value}${id}/` }] : [];
  const all = [{ column: key, value: id }, ...columns, ...path];
  await sql`insert into ${sql.table(table)} (${sql.join(all.map(({ column }) => sql.ref(column)))})
    values (${sql.join(all.map(({ value }) => value))})`.execute(tx);
  await note(tx, change, "register-add", `${kind} ${id}`, facts);
  if (kind === "gateways") {
    // What it told before anybody had registered it was everybody's: nobody's in particular.
    const { actor, nowMs } = change;
    await moveWork(tx, { kind, id, from: "/", to: area.value, by: actor.name, nowMs });
  }
  return entryAfter(tx, change, kind, id);
};

/** Changes facts of an entry at a version the actor has seen. */
export const changeEntry = async (
  tx: Writing,
  change: Change,
  wish: {
    readonly kind: RegisterKind;
    readonly id: string;
    readonly version: number;
    readonly facts: Facts;
  },
): Promise<Result<Entry, Refusal>> => {
  const { kind, id, facts } = wish;
  const { table, key, fields } = kindFacts[kind];
  const current = await openForChange(tx, change, wish);
  if (!current.ok) return current;
  const fixed = Object.keys(facts).find((name) => fields[name]?.fixed === true);
  if (fixed !== undefined) {
    return err({
      kind: "invalid",
      why: {
        zh: `${fixed} 登记后不能修改:请停用后重新登记`,
        en: `${fixed} cannot be changed once registered: retire the entry and make a new one`,
      },
    });
  }
  const area = await areaOfFacts(tx, change.actor, kind, { ...current.value.facts, ...facts });
  if (!area.ok) return area;
  if (kind !== "areas") {
    const allowed = mayWrite(change.actor, kind, area.value);
    if (!allowed.ok) return allowed;
  }
  const sets = Object.entries(facts).flatMap(([name, value]) => {
    const column = fields[name]?.column;
    return column === undefined ? [] : [sql`${sql.ref(column)} = ${value}`];
  });
  await sql`update ${sql.table(table)} set ${sql.join([...sets, sql`version = version + 1`])}
    where ${sql.ref(key)} = ${id}`.execute(tx);
  await note(tx, change, "register-change", `${kind} ${id}`, facts);
  if (kind === "households" && typeof facts["building"] === "string") {
    await movePoints(tx, id, facts["building"]);
  }
  const [from, to] = [current.value.areaPath, area.value];
  if (kind !== "areas" && kind !== "points" && from !== to) {
    const { actor, nowMs } = change;
    await moveWork(tx, { kind, id, from, to, by: actor.name, nowMs });
  }
  return entryAfter(tx, change, kind, id);
};

/** A home's points hang where the home is. */
const movePoints = async (tx: Writing, household: string, building: string): Promise<void> => {
  await tx
    .updateTable("points")
    .set((eb) => ({ building, version: eb("version", "+", 1) }))
    .where("household", "=", household)
    .where("building", "!=", building)
    .execute();
};

/** Takes an entry out of use. What still has something live on it is refused. */
export const retireEntry = async (
  tx: Writing,
  change: Change,
  wish: {
    readonly kind: RegisterKind;
    readonly id: string;
    readonly version: number;
    readonly reason: string;
  },
): Promise<Result<Entry, Refusal>> => {
  const { kind, id, reason } = wish;
  const { table, key, holds } = kindFacts[kind];
  const current = await openForChange(tx, change, wish);
  if (!current.ok) return current;
  for (const [other, column] of holds) {
    const alive = other === "installations" ? sql`removed_at_ms` : sql`retired_at_ms`;
    const { rows } = await sql<{ readonly count: number }>`
      select count(*) as count from ${sql.table(other)}
      where ${sql.ref(column)} = ${id} and ${alive} is null`.execute(tx);
    const count = rows[0]?.count ?? 0;
    if (count > 0) {
      return err(
        conflict(
          `其下还有 ${count} 条在用的 ${other},请先停用或移走`,
          `${count} live ${other} still hang on it; retire or move them first`,
        ),
      );
    }
  }
  await sql`update ${sql.table(table)}
    set retired_at_ms = ${Math.floor(change.nowMs)}, version = version + 1
    where ${sql.ref(key)} = ${id}`.execute(tx);
  await note(tx, change, "register-retire", `${kind} ${id}`, { reason });
  return entryAfter(tx, change, kind, id);
};

/** The entry, when the actor may change it and has seen its newest version. */
const openForChange = async (
  tx: Writing,
  change: Change,
  wish: { readonly kind: RegisterKind; readonly id: string; readonly version: number },
): Promise<Result<Entry, Refusal>> => {
  const current = await readEntry(tx, change.actor, wish.kind, wish.id);
  if (current === undefined) return err({ kind: "unknown" });
  const allowed = mayWrite(change.actor, wish.kind, current.areaPath);
  if (!allowed.ok) return allowed;
  if (current.retiredAtMs !== undefined) {
    return err(
      conflict("该登记已停用,不能再修改", "the entry is retired and can no longer be changed"),
    );
  }
  return current.version === wish.version
    ? ok(current)
    : err({ kind: "changed", current: current.version });
};

/** Path of the area that the named entries lie in; they must be live, seen, and agree. */
const areaOfFacts = async (
  tx: Writing,
  actor: Actor,
  kind: RegisterKind,
  facts: Facts,
): Promise<Result<string, Refusal>> => {
  if (kind === "areas") return areaAbove(tx, actor, facts);
  let path: string | undefined;
  for (const [name, { names }] of Object.entries(kindFacts[kind].fields)) {
    const named = facts[name];
    if (names === undefined || named === undefined || named === null) continue;
    const entry = await readEntry(tx, actor, names, String(named));
    if (entry === undefined || entry.retiredAtMs !== undefined) {
      const { zh, en } = kindFacts[names];
      return err({
        kind: "invalid",
        why: {
          zh: `没有编号为 ${named} 的${zh}(或已停用),请先登记`,
          en: `there is no live ${en} ${named}; register it first`,
        },
      });
    }
    if (names === "households" && entry.facts["building"] !== facts["building"]) {
      return err({
        kind: "invalid",
        why: {
          zh: `住户 ${named} 不在楼栋 ${facts["building"]}`,
          en: `household ${named} is not in building ${facts["building"]}`,
        },
      });
    }
    path = entry.areaPath;
  }
  return path === undefined ? err({ kind: "unknown" }) : ok(path);
};

/** Path of the area a new one hangs below; `/` for the topmost. */
const areaAbove = async (
  tx: Writing,
  actor: Actor,
  facts: Facts,
): Promise<Result<string, Refusal>> => {
  const parent = facts["parent"] ?? null;
  if (parent === null) return ok("/");
  const entry = await readEntry(tx, actor, "areas", String(parent));
  if (entry !== undefined && entry.retiredAtMs === undefined) return ok(entry.areaPath);
  return err({
    kind: "invalid",
    why: { zh: `没有上级区域 ${parent}`, en: `there is no area ${parent} to hang it below` },
  });
};

/** Whether one of the roles that write this kind is held over the area. */
const mayWrite = (actor: Actor, kind: RegisterKind, area: string): Result<void, Refusal> => {
  const { writers, zh, en } = kindFacts[kind];
  const held = actor.grants.some(
    (grant) => writers.includes(grant.role) && isWithin(area, grant.area),
  );
  if (held) return ok(undefined);
  return err({
    kind: "forbidden",
    why: {
      zh: `您在 ${area} 没有登记${zh}的权限,请联系街道管理员`,
      en: `you may not change a ${en} in ${area}; ask the street's administrator`,
    },
  });
};

const entryAfter = async (
  tx: Writing,
  change: Change,
  kind: RegisterKind,
  id: string,
): Promise<Result<Entry, Refusal>> => {
  const entry = await readEntry(tx, change.actor, kind, id);
  return entry === undefined ? err({ kind: "unknown" }) : ok(entry);
};

export const note = (
  tx: Writing,
  change: Change,
  action:
    | "register-add"
    | "register-change"
    | "register-retire"
    | "register-device"
    | "import"
    | "import-undo",
  subject: string,
  detail: Facts,
): Promise<void> =>
  audit(tx, {
    atMs: change.nowMs,
    actor: change.actor.name,
    action,
    subject,
    source: change.source,
    detail: Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, value ?? ""])),
  });

export const conflict = (zh: string, en: string): Refusal => ({
  kind: "conflict",
  why: { zh, en },
});
