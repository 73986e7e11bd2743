import type { Gas } from "#domain/gas.ts";
import { readBits } from "./read-meaning.ts";
import type { BitsMeaning } from "./meaning.ts";
import type { Finding } from "#domain/reading.ts";
import { settle } from "./settle.ts";

/** Zigbee cluster library, IAS zone status: the meaning of each bit. */
export const iasZoneBits = [
  "alarm1",
  "alarm2",
  "tamper",
  "battery_low",
  "supervision_reports",
  "restore_reports",
  "trouble",
  "ac_fault",
  "test",
  "battery_defect",
] as const;
export type IasZoneBit = (typeof iasZoneBits)[number];

/** The zone status as named flags. */
export const iasZoneFlags = (zoneStatus: number): Readonly<Record<IasZoneBit, boolean>> => ({
  alarm1: flag(zoneStatus, 0),
  alarm2: flag(zoneStatus, 1),
  tamper: flag(zoneStatus, 2),
  battery_low: flag(zoneStatus, 3),
  supervision_reports: flag(zoneStatus, 4),
  restore_reports: flag(zoneStatus, 5),
  trouble: flag(zoneStatus, 6),
  ac_fault: flag(zoneStatus, 7),
  test: flag(zoneStatus, 8),
  battery_defect: flag(zoneStatus, 9),
});

const flag = (zoneStatus: number, bit: number): boolean => ((zoneStatus >> bit) & 1) === 1;

/** Which gas each alarm bit stands for; a wrong bit means a silent detector (zigbee2mqtt 14495). */
export interface IasWiring {
  readonly alarm1?: Gas;
  readonly alarm2?: Gas;
}

export const iasZone = (wiring: IasWiring): BitsMeaning => ({
  means: "bits",
  width: 16,
  alarms: [
    ...(wiring.alarm1 === undefined ? [] : [{ gas: wiring.alarm1, low: [0] }]),
    ...(wiring.alarm2 === undefined ? [] : [{ gas: wiring.alarm2, low: [1] }]),
  ],
  conditions: {
    2: "tamper",
    3: "battery-low",
    6: "sensor-fault",
    7: "power-loss",
    8: "self-test",
    9: "battery-low",
  },
  // The other alarm bit is unused on these devices, 4 and 5 say how the device reports.
  silent: [0, 1, 4, 5],
  sentinels: [0xffff],
});

/** What a raw zone status says about one device. */
export const decodeIasZone = (zoneStatus: number, wiring: IasWiring): readonly Finding[] =>
  settle(readBits(iasZone(wiring), "zonestatus", zoneStatus).findings);
