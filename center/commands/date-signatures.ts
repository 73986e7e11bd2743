/**
 * When a signature was given, where a gateway's board dated it. Its clock may have been wrong: in
 * 1970 without a battery, in 2099 by a typing error. Who was first is then still decided by that
 * clock's own word, which both sides have; people and figures get a time that can be right.
 */
import type { ActionEvent } from "#domain/action.ts";
import type { Instant } from "#domain/time.ts";
import { offsetsOf, rightTimeOf, type BootOffsets } from "../intake/boot-offsets.ts";
import type { Writing } from "../store/open-store.ts";

/** `estimated`: by when the center had its word, because no clock that is known to be right saw it. */
export interface Given {
  readonly atMs: number;
  readonly estimated: boolean;
}

/**
 * The clock's word where it was right, else monotonic time and the offset of that boot. While the
 * boot's clock has never been right, the moment at which the center had its word: an estimate, put
 * right by {@link redateSignatures} as soon as a status shows the right time.
 */
export const givenAt = (
  offsets: BootOffsets,
  gateway: string,
  at: Instant,
  takenAtMs: number,
): Given => {
  const atMs = rightTimeOf(offsets, gateway, at);
  return atMs === undefined
    ? { atMs: Math.floor(takenAtMs), estimated: true }
    : { atMs: Math.floor(atMs), estimated: false };
};

/** Dates anew what was estimated, now that the clock of a boot is known; answers these alarms. */
export const redateSignatures = async (
  tx: Writing,
  gateway: string,
): Promise<readonly string[]> => {
  const estimated = await tx
    .selectFrom("case_alarms")
    .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
    .select(["case_alarms.episode", "case_alarms.case_id", "case_alarms.signed_by"])
    .select(["case_alarms.signed_at_ms", "case_alarms.signed_word_ms"])
    .where("case_alarms.signed_estimated", "=", 1)
    .where("alarms.gateway", "=", gateway)
    .execute();
  if (estimated.length === 0) return [];
  const offsets = await offsetsOf(tx, [gateway]);
  const changed: string[] = [];
  for (const { episode, case_id, signed_by, signed_at_ms, signed_word_ms } of estimated) {
    const at = await boardInstant(tx, gateway, signed_by, signed_word_ms ?? 0);
    const right = at && rightTimeOf(offsets, gateway, at);
    if (right === undefined) continue;
    const signed = { signed_at_ms: Math.floor(right) };
    await tx
      .updateTable("case_alarms")
      .set({ ...signed, signed_estimated: 0 })
      .where("episode", "=", episode)
      .execute();
    await tx
      .updateTable("cases")
      .set(signed)
      .where("id", "=", case_id)
      .where("signed_by", "=", signed_by)
      .where("signed_at_ms", "=", signed_at_ms)
      .execute();
    changed.push(episode);
  }
  return changed;
};

/** The record of a signature at the board, found by who gave it and what the clock said. */
const boardInstant = async (
  tx: Writing,
  gateway: string,
  by: string | null,
  wordMs: number,
): Promise<Instant | undefined> => {
  const rows = await tx
    .selectFrom("actions")
    .select("action")
    .where("gateway", "=", gateway)
    // One was rounded, the other cut off.
    .where("at_ms", ">=", wordMs)
    .where("at_ms", "<=", wordMs + 1)
    .execute();
  return rows
    .map(({ action }) => parseAction(action))
    .find((action) => action.kind === "acknowledged" && action.by === by)?.at;
};

/** An action as it is kept: with whether the site was staged when it was done. */
export type KeptAction = ActionEvent & { readonly drill?: true };

// Written by `save-actions.ts` from a checked message.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const parseAction = (json: string): KeptAction => JSON.parse(json) as KeptAction;
