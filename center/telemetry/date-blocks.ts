/**
 * When readings were taken, where their gateway's wall clock was wrong. A curve in 2099 would be seen
 * by nobody and stay the newest for ever. Pure: what the center knows of boots' clocks comes in.
 */
import { rfc3339ToEpoch } from "#domain/civil-time.ts";
import type { TelemetryMessage, WireBlock } from "#domain/telemetry-wire.ts";
import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import { clockToleranceMs, rightTimeOf, type BootOffsets } from "../intake/boot-offsets.ts";

/** A message under way is never older; one that says so was dated by a clock that is behind. */
const underWayMs = 600_000;
/** So far ahead of the center a right clock may be. */
const aheadMs = 60_000;
/** 2020-01-01: nothing of ours is older. */
const firstDayMs = 1_577_836_800_000;

export interface DatedBlocks {
  /** By a time that can be right. */
  readonly blocks: readonly WireBlock[];
  /** Of an earlier boot whose clock nobody knows, at a time that cannot be. */
  readonly undated: readonly WireBlock[];
}

/**
 * Blocks of the boot that sends lie as far from the sending as monotonic time says; when it sent is
 * known by that boot's offset, or else it sent just now. Those of earlier boots name theirs.
 */
export const dateBlocks = (
  sent: Pick<TelemetryMessage, "time" | "bootid" | "monoms">,
  blocks: readonly WireBlock[],
  gateway: string,
  offsets: BootOffsets,
  nowMs: number,
): DatedBlocks => {
  const shiftMs = shiftOf(sent, gateway, offsets, nowMs);
  const dated = blocks.map((block): WireBlock => {
    const { boot, monoMs: takenMs, startMs } = block;
    if (boot === undefined || takenMs === undefined)
      return { ...block, startMs: startMs + shiftMs };
    const at = { bootId: bootId(boot), monoMs: monoMs(takenMs), wallMs: epochMs(startMs) };
    return { ...block, startMs: Math.round(rightTimeOf(offsets, gateway, at) ?? startMs) };
  });
  const canBe = ({ startMs, stretches }: WireBlock): boolean => {
    const [atMs = 0, forMs = 0] = stretches.at(-1) ?? [];
    return startMs >= firstDayMs && startMs + atMs + forMs <= nowMs + aheadMs;
  };
  return { blocks: dated.filter(canBe), undated: dated.filter((block) => !canBe(block)) };
};

const shiftOf = (
  { time, bootid, monoms }: Pick<TelemetryMessage, "time" | "bootid" | "monoms">,
  gateway: string,
  offsets: BootOffsets,
  nowMs: number,
): number => {
  const sentMs = rfc3339ToEpoch(time);
  if (sentMs === undefined) return 0;
  const at = { bootId: bootId(bootid), monoMs: monoMs(Number(monoms)), wallMs: sentMs };
  const canBe = sentMs <= nowMs + clockToleranceMs && sentMs >= nowMs - underWayMs;
  const rightMs = rightTimeOf(offsets, gateway, at) ?? (canBe ? sentMs : nowMs);
  return Math.round(rightMs - sentMs);
};
