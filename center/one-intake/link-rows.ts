/** Residents' links as rows: each can be looked up, withdrawn, and made anew. */
import type { Actor } from "#domain/rights.ts";
import { sql } from "kysely";
import { areasWith } from "../rights/permissions.ts";
import { inScope } from "../rights/scoped.ts";
import type { ResidentLinkRow } from "../store/intake-tables.ts";
import type { Reading, Writing } from "../store/open-store.ts";

export interface LinkView {
  readonly id: string;
  readonly household: string;
  readonly address: string;
  readonly state: "live" | "expired" | "withdrawn";
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly withdrawnBy?: string;
  readonly withdrawnAtMs?: number;
  /** The link that was made in its place. */
  readonly replacedBy?: string;
}

/** A link's name: whose it is, and the second it ends at. */
export const linkName = (household: string, expiresAtMs: number): string =>
  `${household}~${Math.floor(expiresAtMs / 1_000).toString(36)}`;

/**
 * Notes a new link of a home, ending at the wished second or the first one after it that no other
 * link of the home ends at: no two links are the same, or withdrawing one would end the other.
 */
export const addLink = async (
  tx: Writing,
  wish: {
    readonly household: string;
    readonly expiresAtMs: number;
    readonly by: string;
    readonly nowMs: number;
  },
): Promise<Pick<ResidentLinkRow, "id" | "expires_at_ms">> => {
  for (let endsMs = Math.floor(wish.expiresAtMs / 1_000) * 1_000; ; endsMs += 1_000) {
    const made = await tx
      .insertInto("resident_links")
      .values({
        id: linkName(wish.household, endsMs),
        household: wish.household,
        expires_at_ms: endsMs,
        created_by: wish.by,
        created_at_ms: Math.floor(wish.nowMs),
        withdrawn_by: null,
        withdrawn_at_ms: null,
        replaced_by: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning(["id", "expires_at_ms"])
      .executeTakeFirst();
    if (made !== undefined) return made;
  }
};

/** Ends a link now; `replacedBy`: the one that goes out in its place. */
export const withdrawLink = async (
  tx: Writing,
  wish: {
    readonly id: string;
    readonly by: string;
    readonly nowMs: number;
    readonly replacedBy?: string;
  },
): Promise<void> => {
  await tx
    .updateTable("resident_links")
    .set({
      withdrawn_by: wish.by,
      withdrawn_at_ms: Math.floor(wish.nowMs),
      ...(wish.replacedBy !== undefined && { replaced_by: wish.replacedBy }),
    })
    .where("id", "=", wish.id)
    .execute();
};

/** A link that an older center made has no row: it is good until it ends. */
export const isWithdrawn = async (db: Reading, id: string): Promise<boolean> => {
  const row = await db
    .selectFrom("resident_links")
    .select("withdrawn_at_ms")
    .where("id", "=", id)
    .executeTakeFirst();
  return row !== undefined && row.withdrawn_at_ms !== null;
};

/** Links of homes in the actor's areas, newest first. */
export const linkPage = async (
  db: Reading,
  actor: Actor,
  page: {
    readonly household?: string;
    readonly after?: { readonly atMs: number; readonly name: string };
    readonly limit: number;
    readonly nowMs: number;
  },
): Promise<readonly LinkView[]> => {
  const { household, after, limit, nowMs } = page;
  const rows = await selectLinks(db, actor)
    .$if(household !== undefined, (query) =>
      query.where("resident_links.household", "=", household ?? ""),
    )
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(resident_links.created_at_ms < ${after?.atMs ?? 0}
          or (resident_links.created_at_ms = ${after?.atMs ?? 0}
            and resident_links.id < ${after?.name ?? ""}))`,
      ),
    )
    .orderBy("resident_links.created_at_ms", "desc")
    .orderBy("resident_links.id", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => toView(row, nowMs));
};

/** One link and the path of its home's area; `undefined`: not in the actor's areas. */
export const linkNamed = async (
  db: Reading,
  actor: Actor,
  wish: { readonly id: string; readonly nowMs: number },
): Promise<{ readonly link: LinkView; readonly area: string } | undefined> => {
  const row = await selectLinks(db, actor)
    .where("resident_links.id", "=", wish.id)
    .executeTakeFirst();
  return row === undefined ? undefined : { link: toView(row, wish.nowMs), area: row.area };
};

const selectLinks = (db: Reading, actor: Actor) =>
  db
    .selectFrom("resident_links")
    .innerJoin("households", "households.id", "resident_links.household")
    .innerJoin("buildings", "buildings.id", "households.building")
    .innerJoin("areas", "areas.id", "buildings.area")
    .selectAll("resident_links")
    .select(["households.address", "areas.path as area"])
    .where(inScope("areas.path", areasWith(actor, "cases.act")));

const toView = (row: ResidentLinkRow & { readonly address: string }, nowMs: number): LinkView => ({
  id: row.id,
  household: row.household,
  address: row.address,
  state:
    row.withdrawn_at_ms !== null ? "withdrawn" : row.expires_at_ms > nowMs ? "live" : "expired",
  createdBy: row.created_by,
  createdAtMs: row.created_at_ms,
  expiresAtMs: row.expires_at_ms,
  ...(row.withdrawn_by !== null && { withdrawnBy: row.withdrawn_by }),
  ...(row.withdrawn_at_ms !== null && { withdrawnAtMs: row.withdrawn_at_ms }),
  ...(row.replaced_by !== null && { replacedBy: row.replaced_by }),
});
