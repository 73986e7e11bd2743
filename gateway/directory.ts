import { createHash } from "node:crypto";
import { detectorId, isName, type DetectorId } from "#domain/ids.ts";
import type { Address } from "#domain/place.ts";
import { milliseconds, seconds, type DurationMs } from "#domain/quantity.ts";
import { findProfile } from "#firmware-config/registry.ts";
import { channelName } from "./lines/polled-unit.ts";
import type { LineSite, Site } from "#platform/site-file/schema.ts";

/** What is registered about one detector. */
export interface Registered {
  readonly id: DetectorId;
  readonly profileId: string;
  readonly silenceAfter: DurationMs;
  /** What its messages come over and what silences it when it fails: a line's id, or `mqtt`. */
  readonly link: string;
  /** Absent: registered without an address, which people must be shown. */
  readonly address?: Address;
  /** Salted hash of the detector's MQTT credential. */
  readonly tokenHash?: string;
}

/** Who is registered on this gateway, and under which names they speak. */
export interface Directory {
  readonly all: readonly Registered[];
  readonly byId: (id: DetectorId) => Registered | undefined;
  /** The detector that a dialect (`native`, `zigbee2mqtt` …) calls `device`. */
  readonly byDevice: (dialect: string, device: string) => Registered | undefined;
  /** What the same device was called here before it was registered, or under its old id. */
  readonly namesBefore: (id: DetectorId) => readonly DetectorId[];
}

export const createDirectory = (site: Site): Directory => {
  const lineOf = new Map(
    site.gateway.lines.flatMap((line) => detectorsOn(line).map((id) => [id, line.id] as const)),
  );
  const all = site.detectors.map((one): Registered => {
    const profile = findProfile(one.profile);
    return {
      id: detectorId(one.id),
      profileId: one.profile,
      silenceAfter:
        one.silenceAfterSeconds === undefined
          ? (profile?.silenceAfterMs ?? milliseconds(60_000))
          : seconds(one.silenceAfterSeconds),
      link: lineOf.get(one.id) ?? "mqtt",
      ...(one.address && { address: compact(one.address) }),
      ...(one.token !== undefined && { tokenHash: one.token }),
    };
  });
  const byId = new Map(all.map((one) => [one.id, one]));
  const siteById = new Map(site.detectors.map((one) => [one.id, one]));
  const placeNames = Map.groupBy(site.gateway.lines.flatMap(namesOfPlaces), ([id]) => id);
  const byDevice = new Map(
    site.detectors.flatMap((one, index) => {
      const profile = findProfile(one.profile);
      const registered = all[index];
      return profile?.transport === "mqtt" && registered
        ? [[deviceKey(profile.dialect, one.device ?? one.id), registered] as const]
        : [];
    }),
  );
  return {
    all,
    byId: (id) => byId.get(id),
    byDevice: (dialect, device) => byDevice.get(deviceKey(dialect, device)),
    namesBefore: (id) => {
      const one = siteById.get(id);
      const ofPlaces = placeNames.get(id)?.map(([, name]) => name) ?? [];
      return (one === undefined ? [] : namesOfDevice(one.profile, one.device ?? id))
        .concat(ofPlaces)
        .filter((name) => !byId.has(name));
    },
  };
};

const namesOfDevice = (profileId: string, device: string): readonly DetectorId[] => {
  const profile = findProfile(profileId);
  if (profile?.transport !== "mqtt") return [];
  const stranger = unregisteredId(profile.dialect, device);
  return profile.dialect === "native" ? [stranger, detectorId(device)] : [stranger];
};

const namesOfPlaces = (line: LineSite): readonly (readonly [string, DetectorId])[] =>
  line.kind === "serial"
    ? [[line.detector ?? line.id, detectorId(line.id)]]
    : line.units.flatMap(({ unit, detectors }) =>
        detectors.flatMap((id, index) =>
          id === null ? [] : [[id, channelName(line.id, unit, index + 1)] as const],
        ),
      );

const detectorsOn = (line: LineSite): readonly string[] =>
  line.kind === "serial"
    ? [line.detector ?? line.id]
    : line.units.flatMap(({ detectors }) => detectors.filter((id) => id !== null));

/**
 * The name an unregistered device is known by here, made from what it says of itself, so that its
 * alarm has an identity though nobody knows its address.
 */
export const unregisteredId = (line: string, device: string): DetectorId => {
  const plain = device.replaceAll(/[^\p{L}\p{N}._-]/gu, "-").slice(0, 30);
  // Two devices whose names differ only in what a name may not hold must not become one.
  const suffix =
    plain === device ? "" : `-${createHash("sha256").update(device).digest("hex").slice(0, 8)}`;
  const name = `unregistered-${line.slice(0, 10)}-${plain}${suffix}`;
  return detectorId(isName(name) ? name : `unregistered${suffix}`);
};

/** Made by {@link unregisteredId}, or looks like it. */
export const isUnregistered = (name: string): boolean => name.startsWith("unregistered");

const deviceKey = (dialect: string, device: string): string => `${dialect}\u0000${device}`;

/** YAML gives optional keys as they are written; exact optional types want absent ones absent. */
const compact = (address: NonNullable<Site["detectors"][number]["address"]>): Address => ({
  text: address.text,
  ...(address.community !== undefined && { community: address.community }),
  ...(address.building !== undefined && { building: address.building }),
  ...(address.riser !== undefined && { riser: address.riser }),
  ...(address.floor !== undefined && { floor: address.floor }),
  ...(address.room !== undefined && { room: address.room }),
});
