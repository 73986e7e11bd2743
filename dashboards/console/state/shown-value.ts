import type { DeskAlarm } from "#domain/desk.ts";

type ShownLevel = NonNullable<DeskAlarm["notice"]["event"]["level"]>;

/** What may be said about the gas right now. A value never stands without its age. */
export type ShownValue =
  | {
      readonly kind: "level";
      readonly level: ShownLevel;
      readonly atMs: number;
      readonly stale: boolean;
    }
  /** The detector is silent: unknown, never normal, never its last value as if it were true. */
  | { readonly kind: "unknown"; readonly level?: ShownLevel; readonly atMs?: number }
  /** An alarm without a measured value: the device's own verdict, a fault. */
  | { readonly kind: "none" };

/**
 * A level older than this is greyed and called stale. Our choice: the slowest profile reports every
 * 10 s, and two missed reports plus transport fit; the gateway's own silence limit makes it unknown.
 */
export const staleAfterMs = 30_000;

/** The newest level of the alarm's own gas, from the status of the detector or else from the notice. */
export const shownValue = (alarm: DeskAlarm, nowMs: number): ShownValue => {
  const { event } = alarm.notice;
  const gas = event.gas ?? event.level?.gas;
  const present = alarm.present?.levels.find((level) => level.gas === gas);
  const heardAtMs = alarm.present?.heardAtMs;
  const newest =
    present !== undefined && heardAtMs !== undefined && heardAtMs >= event.at.wallMs
      ? { level: present, atMs: heardAtMs }
      : event.level && { level: event.level, atMs: event.at.wallMs };

  if (alarm.present?.state === "unknown") return { kind: "unknown", ...newest };
  if (newest === undefined) return { kind: "none" };
  return { kind: "level", ...newest, stale: nowMs - newest.atMs > staleAfterMs };
};
