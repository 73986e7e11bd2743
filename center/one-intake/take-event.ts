/** Signed events of other systems: proven, read, taken once. */
import { compileOnUse } from "#domain/compile-on-use.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { IntakeSourceRow } from "../store/intake-tables.ts";
import { audit } from "../store/audit.ts";
import type { Store, Writing } from "../store/open-store.ts";
import { isSame, signatureOf, type IntakeKeys } from "./keys.ts";
import { ReportEventSchema } from "./report.ts";
import { caseSourceOf, keepUnreadable, takeReport, type Taken } from "./take-report.ts";

/** How far a sender's clock may be off, ms. A nonce is remembered twice as long. */
export const clockWindowMs = 300_000;

/** What a request brings to prove itself. */
export interface SignedRequest {
  readonly source: string;
  /** Whole seconds since 1970. */
  readonly timestamp: string;
  readonly nonce: string;
  /** `v1=<hex>` */
  readonly signature: string;
  readonly body: Uint8Array;
  /** Address it comes from. */
  readonly from: string;
}

export type EventRefusal =
  /** Unknown source, wrong key, changed body: not told apart. */
  | { readonly kind: "not-proven" }
  | { readonly kind: "clock"; readonly offMs: number }
  | { readonly kind: "replayed" }
  | { readonly kind: "unreadable"; readonly why: Bilingual }
  | { readonly kind: "id-reused" };

type TakenEvent = Extract<Taken, { readonly kind: "taken" }>;

const eventShape = compileOnUse(ReportEventSchema);

export const takeEvent = async (
  store: Store,
  keys: IntakeKeys,
  request: SignedRequest,
  nowMs: number,
): Promise<Result<TakenEvent, EventRefusal>> => {
  const source = await prove(store, keys, request, nowMs);
  if (source === undefined) return err({ kind: "not-proven" });
  // Asked after the proof: only who holds a key learns our time.
  const offMs = Number(request.timestamp) * 1_000 - nowMs;
  if (Math.abs(offMs) > clockWindowMs) return err({ kind: "clock", offMs });

  const body = new TextDecoder().decode(request.body).replaceAll("\0", "\uFFFD");
  const event = readEvent(body, source.id);
  return store.write(async (tx): Promise<Result<TakenEvent, EventRefusal>> => {
    const fresh = await useNonce(tx, request, nowMs);
    const from = {
      source: source.id,
      kind: caseSourceOf(source.kind),
      by: source.id,
      within: [source.area_path],
      area: source.area_path,
    };
    if (!event.ok) {
      const opened = await keepUnreadable(tx, { from, body, nowMs, fresh, reason: event.error });
      await audit(tx, {
        atMs: nowMs,
        actor: source.id,
        action: "intake-event",
        ...(opened && { subject: opened.mergedInto ?? opened.id }),
        area: source.area_path,
        source: request.from,
        detail: { result: "unreadable" },
      });
      return err({ kind: "unreadable", why: event.error });
    }
    const { id, data } = event.value;
    // A nonce that was seen is good for the very same event only: a retry after a lost answer.
    if (!fresh && !(await isKnown(tx, source.id, id))) return err({ kind: "replayed" });
    const taken = await takeReport(tx, { ...from, id }, data, { body, nowMs });
    await audit(tx, {
      atMs: nowMs,
      actor: source.id,
      action: "intake-event",
      subject: (taken.kind === "taken" ? taken.case : undefined) ?? id,
      area: source.area_path,
      source: request.from,
      detail: { id, result: taken.kind === "taken" && taken.repeated ? "repeated" : taken.kind },
    });
    return taken.kind === "taken" ? ok(taken) : err({ kind: "id-reused" });
  });
};

/** The source, when the signature is made with its present key, or the one before while both count. */
const prove = async (
  store: Store,
  keys: IntakeKeys,
  request: SignedRequest,
  nowMs: number,
): Promise<IntakeSourceRow | undefined> => {
  const source = await store.db
    .selectFrom("intake_sources")
    .selectAll()
    .where("id", "=", request.source)
    .where("disabled_at_ms", "is", null)
    .executeTakeFirst();
  const { key_number: number, key_overlap_until_ms: overlap } = source ?? {
    key_number: 1,
    key_overlap_until_ms: 0,
  };
  const numbers = nowMs < overlap ? [number, number - 1] : [number];
  // An unknown source costs the same work.
  const matches = numbers.map((one) =>
    isSame(request.signature, `v1=${signatureOf(keys.keyOf(request.source, one), request)}`),
  );
  return matches.includes(true) ? source : undefined;
};

/** Whether the nonce is new; it is used up either way. */
const useNonce = async (tx: Writing, request: SignedRequest, nowMs: number): Promise<boolean> => {
  const at = Math.floor(nowMs);
  await tx
    .deleteFrom("intake_nonces")
    .where("at_ms", "<", at - 2 * clockWindowMs)
    .execute();
  const used = await tx
    .insertInto("intake_nonces")
    .values({ source: request.source, nonce: request.nonce, at_ms: at })
    .onConflict((conflict) => conflict.columns(["source", "nonce"]).doNothing())
    .returning("nonce")
    .executeTakeFirst();
  return used !== undefined;
};

const isKnown = async (tx: Writing, source: string, id: string): Promise<boolean> => {
  const row = await tx
    .selectFrom("intake_events")
    .select("id")
    .where("source", "=", source)
    .where("id", "=", id)
    .executeTakeFirst();
  return row !== undefined;
};

const readEvent = (body: string, source: string) => {
  const value = parseJson(body);
  if (!eventShape().Check(value)) {
    const [first] = eventShape().Errors(value);
    const where = `${first?.instancePath ?? ""} ${first?.message ?? "not JSON"}`.slice(0, 200);
    return err({
      zh: `报文不符合接口约定:${where}。已存入待核实区,请对照 docs/intake.md`,
      en: `the event does not meet the contract: ${where}. It is kept for people to read; see docs/intake.md`,
    });
  }
  if (value.source === `/sources/${source}`) return ok(value);
  return err({
    zh: `报文的 source 应为 /sources/${source}`,
    en: `the event's source must be /sources/${source}`,
  });
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
