/** 一键报事: a signed link for one home, without login. It can report, and read nothing. */
import { linkName } from "./link-rows.ts";
import { isSame, type IntakeKeys } from "./keys.ts";

/** Of one home within ten minutes; then people are asked to call, unless gas or CO is news. */
export const reportsPerHomeMax = 10;
export const reportsWindowMs = 600_000;
/** Two taps within this time are one report. */
export const doubleTapMs = 60_000;

/** `<household>~<expiry in seconds, base 36>~<signature>`; good until `expiresAtMs`. */
export const makeResidentLink = (
  keys: IntakeKeys,
  household: string,
  expiresAtMs: number,
): string => {
  const signed = linkName(household, expiresAtMs);
  return `${signed}~${keys.signLink(signed)}`;
};

/** Household and name of a link that is ours and has not expired; whether it was withdrawn is in its row. */
export const openResidentLink = (
  keys: IntakeKeys,
  link: string,
  nowMs: number,
): { readonly household: string; readonly id: string } | undefined => {
  const [household = "", expiry = "", signature = ""] = link.split("~");
  if (!isSame(signature, keys.signLink(`${household}~${expiry}`))) return;
  const id = `${household}~${expiry}`;
  return Number.parseInt(expiry, 36) * 1_000 > nowMs ? { household, id } : undefined;
};
