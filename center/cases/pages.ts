import type { Bilingual, Result } from "#domain/result.ts";
import type { Actor, Role } from "#domain/rights.ts";
import { inChunks } from "../store/chunks.ts";
import { takeNumbers } from "../store/counters.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { Reading, Store, Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { PageRow } from "../store/case-tables.ts";
import { meantFor } from "./page-audience.ts";

/** Something people are to be told, before it has its number. */
export interface NewPage {
  readonly caseId: string;
  readonly clock: string;
  readonly atMs: number;
  readonly roles: readonly Role[];
  readonly area: string;
  readonly person?: string;
  readonly priority: number;
  readonly staged: boolean;
  readonly text: Bilingual;
  /** Besides the screen. */
  readonly channels: readonly string[];
}

/** The screen itself: what is committed here is on the stream in the same transaction. */
export const inApp = "in-app";

/** Writes pages to the outbox: those for the screen are sent with the commit, others wait for their channel. */
export const addPages = async (tx: Writing, pages: readonly NewPage[]): Promise<void> => {
  const drafts = pages.flatMap((page) =>
    [inApp, ...page.channels].map((channel) => ({ page, channel })),
  );
  if (drafts.length === 0) return;
  const first = await takeNumbers(tx, "page", drafts.length);
  const rows = drafts.map(({ page, channel }, index): PageRow => ({
    id: first + index,
    case_id: page.caseId,
    clock: page.clock,
    at_ms: Math.floor(page.atMs),
    channel,
    roles: ` ${page.roles.join(" ")} `,
    area_path: page.area,
    person: page.person ?? null,
    priority: page.priority,
    staged: Number(page.staged),
    text_zh: page.text.zh,
    text_en: page.text.en,
    state: channel === inApp ? "sent" : "queued",
    tries: channel === inApp ? 1 : 0,
    error: null,
  }));
  await insertRows(tx, "pages", rows);
  await noteChanges(
    tx,
    rows
      .filter(({ channel }) => channel === inApp)
      .map(({ id }) => ({ kind: "page", ref: String(id) })),
  );
};

/** A way to reach people besides the screen: SMS, voice, official messenger. */
export interface PageChannel {
  readonly name: string;
  /** Hands one page over. `delivered` only when the other side has said so. Sending again is harmless. */
  readonly send: (page: PageRow) => Promise<Result<"sent" | "delivered", Bilingual>>;
}

/** After so many tries a page has failed, which its timeline shows; the clock goes on telling others. */
const triesMax = 5;

/** Sends what waits for this channel, oldest first; answers how many were taken in hand. */
export const sendQueued = async (store: Store, channel: PageChannel): Promise<number> => {
  const rows = await store.db
    .selectFrom("pages")
    .selectAll()
    .where("channel", "=", channel.name)
    .where("state", "=", "queued")
    .orderBy("id")
    .limit(100)
    .execute();
  for (const row of rows) {
    const result = await channel.send(row);
    const tries = row.tries + 1;
    await store.write((tx) =>
      tx
        .updateTable("pages")
        .set(
          result.ok
            ? { state: result.value, tries, error: null }
            : {
                state: tries < triesMax ? "queued" : "failed",
                tries,
                error: `${result.error.zh} · ${result.error.en}`,
              },
        )
        .where("id", "=", row.id)
        .execute(),
    );
  }
  return rows.length;
};

/** Pages meant for somebody, newest first. */
export const pagesFor = (
  db: Reading,
  actor: Actor,
  page: { readonly unreadOnly: boolean; readonly before?: number; readonly limit: number },
) =>
  db
    .selectFrom("pages")
    .leftJoin("page_reads", (join) =>
      join.onRef("page_reads.page_id", "=", "pages.id").on("page_reads.user_name", "=", actor.name),
    )
    .selectAll("pages")
    .select(["page_reads.delivered_at_ms", "page_reads.read_at_ms"])
    .where("pages.channel", "=", inApp)
    .where(meantFor(actor))
    .$if(page.unreadOnly, (query) => query.where("page_reads.read_at_ms", "is", null))
    .$if(page.before !== undefined, (query) => query.where("pages.id", "<", page.before ?? 0))
    .orderBy("pages.id", "desc")
    .limit(page.limit)
    .execute();

/** Notes that somebody has been shown these pages, or has read one; the first of all counts for the page. */
export const markPages = async (
  tx: Writing,
  ids: readonly number[],
  what: { readonly user: string; readonly read: boolean; readonly nowMs: number },
): Promise<void> => {
  const nowMs = Math.floor(what.nowMs);
  for (const chunk of inChunks(ids)) {
    await tx
      .insertInto("page_reads")
      .values(
        chunk.map((id) => ({
          page_id: id,
          user_name: what.user,
          delivered_at_ms: nowMs,
          read_at_ms: what.read ? nowMs : null,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(["page_id", "user_name"]).doUpdateSet((eb) => ({
          read_at_ms: eb.fn.coalesce("page_reads.read_at_ms", "excluded.read_at_ms"),
        })),
      )
      .execute();
    await tx
      .updateTable("pages")
      .set({ state: what.read ? "read" : "delivered" })
      .where("id", "in", chunk)
      .where("state", "in", what.read ? ["queued", "sent", "delivered"] : ["queued", "sent"])
      .execute();
  }
};
