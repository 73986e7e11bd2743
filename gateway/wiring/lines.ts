/** From the site file's lines to running ones. */
import { detectorId } from "#domain/ids.ts";
import type { Clock } from "#domain/time.ts";
import { findProfile } from "#firmware-config/registry.ts";
import type { LineSite, Site } from "#platform/site-file/schema.ts";
import type { Timers } from "#platform/timers.ts";
import { openLine, type BusLine, type LineOptions } from "../lines/line.ts";
import { startModbusSource } from "../lines/modbus-source.ts";
import { startSerialSource } from "../lines/serial-source.ts";
import type { ReportFault, Running, Take } from "../ports.ts";

type ModbusLineSite = Exclude<LineSite, { kind: "serial" }>;

interface LineWorld {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

/** Opens every Modbus line; polls and actuators share it. A raw serial line has no queue to share. */
export const openLines = (site: Site, world: LineWorld): ReadonlyMap<string, BusLine> =>
  new Map(
    site.gateway.lines.flatMap((line) =>
      line.kind === "serial"
        ? []
        : [[line.id, openLine(line.id, lineOptions(line), world)] as const],
    ),
  );

/** Starts polling and listening. */
export const startSources = (
  site: Site,
  lines: ReadonlyMap<string, BusLine>,
  world: LineWorld & { readonly take: Take },
): readonly Running[] =>
  site.gateway.lines.flatMap((line): Running[] => {
    if (line.kind === "serial") {
      const profile = findProfile(line.profile);
      if (profile?.transport !== "serial") return []; // refused by the site checks
      return [
        startSerialSource({
          id: line.id,
          path: line.path,
          profile,
          detector: line.detector === undefined ? undefined : detectorId(line.detector),
          ...world,
        }),
      ];
    }
    const bus = lines.get(line.id);
    if (bus === undefined) return [];
    return [startModbusSource({ line: bus, units: pollUnits(line), ...world })];
  });

const pollUnits = (line: ModbusLineSite) =>
  line.units.flatMap(({ unit, profile: id, detectors }) => {
    const profile = findProfile(id);
    if (profile?.transport !== "modbus") return [];
    return [
      {
        unit,
        profile,
        detectors: detectors.map((one) => (one === null ? undefined : detectorId(one))),
      },
    ];
  });

const lineOptions = (line: ModbusLineSite): LineOptions => {
  if (line.kind !== "modbus-rtu") return { kind: line.kind, host: line.host, port: line.port };
  const profiles = line.units.map(({ profile }) => findProfile(profile));
  const usual = profiles.find((profile) => profile?.transport === "modbus");
  return {
    kind: line.kind,
    path: line.path,
    // The line has one speed for all; without a setting it is what the first device leaves the factory with.
    baudRate: line.baudRate ?? (usual?.transport === "modbus" ? usual.baudRate : 9_600),
    parity: line.parity,
    stopBits: line.stopBits,
  };
};
