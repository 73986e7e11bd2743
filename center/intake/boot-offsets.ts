/** How far the monotonic clock of a gateway's boot lies from the time of day, once that is known. */
import type { Instant } from "#domain/time.ts";
import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";

/**
 * Two clocks that agree so well are both right, and a fault is shown above it. Canary's own choice;
 * far above any delay of a heartbeat, far below what confuses a reader.
 */
export const clockToleranceMs = 5_000;

/** Epoch ms at the monotonic 0 of a boot, by gateway and boot; only of boots whose clock was right once. */
export type BootOffsets = ReadonlyMap<string, number>;

export const offsetsOf = async (tx: Writing, gateways: readonly string[]): Promise<BootOffsets> => {
  const offsets = new Map<string, number>();
  for (const chunk of inLists(gateways)) {
    const lives = await tx
      .selectFrom("gateway_lives")
      .select(["gateway", "boot", "boot_offset_ms"])
      .where("gateway", "in", chunk)
      .where("boot_offset_ms", "is not", null)
      .execute();
    for (const { gateway, boot, boot_offset_ms: offsetMs } of lives) {
      if (offsetMs !== null) offsets.set(keyOf(gateway, boot), offsetMs);
    }
  }
  return offsets;
};

/** When it was, epoch ms; `undefined`: the clock of its boot is not known to have been right. */
export const rightTimeOf = (
  offsets: BootOffsets,
  gateway: string,
  { bootId, monoMs, wallMs }: Instant,
): number | undefined => {
  const offsetMs = offsets.get(keyOf(gateway, bootId));
  if (offsetMs === undefined) return undefined;
  const rightMs = monoMs + offsetMs;
  // Dated while the clock was right: what it said then needs no correction.
  return Math.abs(rightMs - wallMs) <= clockToleranceMs ? wallMs : rightMs;
};

const keyOf = (gateway: string, boot: string): string => JSON.stringify([gateway, boot]);
