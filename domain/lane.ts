/** Lanes of the uplink, most urgent first; the alarm lane overtakes any backlog of the others. */
export const lanes = ["alarm", "action", "state", "telemetry"] as const;
export type Lane = (typeof lanes)[number];
