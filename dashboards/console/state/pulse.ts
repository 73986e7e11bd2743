/** Is the picture alive, and what time is it at the center? Pure: all clocks come in as numbers. */

/** The last sign of life: the center's clock beside ours, read at the same moment. */
export interface Heard {
  /** The center's wall clock, epoch ms. */
  readonly centerMs: number;
  /** Our monotonic clock, ms. */
  readonly monoMs: number;
  /** Our own wall clock, epoch ms. */
  readonly wallMs: number;
}

/** `live`: heard within two heartbeats; `shaky`: within four; `lost`: longer ago, do not trust the page. */
export type Link = "live" | "shaky" | "lost";

export interface Pulse {
  readonly link: Link;
  /** False: the center has never answered since the page was opened. */
  readonly everHeard: boolean;
  /** The center's clock, epoch ms. Stands still while the link is lost, and every age with it. */
  readonly nowMs: number;
  /** Since the last sign of life, or since the page was opened. */
  readonly silentMs: number;
  /** This computer's clock minus the center's. */
  readonly driftMs: number;
}

/** Heartbeats come every 5 s: unsteady after 10 s, lost after 20 s. */
export const shakyAfterHeartbeats = 2;
export const lostAfterHeartbeats = 4;

export const judgePulse = (
  heard: Heard | undefined,
  startedMonoMs: number,
  monoMs: number,
  heartbeatMs: number,
): Pulse => {
  const silentMs = Math.max(0, monoMs - (heard?.monoMs ?? startedMonoMs));
  const link =
    silentMs >= lostAfterHeartbeats * heartbeatMs
      ? "lost"
      : silentMs >= shakyAfterHeartbeats * heartbeatMs
        ? "shaky"
        : "live";
  return {
    link,
    everHeard: heard !== undefined,
    nowMs: (heard?.centerMs ?? 0) + (link === "lost" ? 0 : silentMs),
    silentMs,
    driftMs: heard === undefined ? 0 : heard.wallMs - heard.centerMs,
  };
};

/** 1, 2, 4, 8, then every 10 s, each up to a fifth longer so that a street of pages spreads out. */
export const retryDelayMs = (attempt: number, random: number): number =>
  Math.min(1_000 * 2 ** attempt, 10_000) * (1 + random / 5);
