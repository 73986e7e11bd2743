/** What a visitor sees who has shown neither PIN nor badge: which building and riser, not which flat. */
import { createHmac, randomBytes } from "node:crypto";
import { buzzerId } from "#domain/ids.ts";
import type { Address } from "#domain/place.ts";
import type { GatewayStatus } from "./status.ts";

/** New at each start: a handle says "the same detector" within one run, and nothing else. */
const salt = randomBytes(16);

/**
 * Addresses down to building and riser; detectors, which are often named after the flat, by a
 * handle, also where a fault's sentence names them. Devices nobody registered keep their place on
 * the wires: without an address it is all there is to find them by.
 */
export const maskStatus = (status: GatewayStatus): GatewayStatus => {
  const hide = hider(status.detectors);
  return {
    ...status,
    detectors: status.detectors.map((one) =>
      one.address === undefined
        ? one
        : {
            ...one,
            ...masked(one.detector, one.address, hide),
            ...(one.episodes && {
              episodes: one.episodes.map((episode) => maskEpisode(episode, one.detector)),
            }),
          },
    ),
    alarms: status.alarms.map((one) => ({
      ...one,
      ...(one.address && masked(one.detector, one.address, hide)),
      ...(one.hush && { hush: { ...one.hush, reason: hide(one.hush.reason) } }),
      ...(one.hold && { hold: { ...one.hold, reason: hide(one.hold.reason) } }),
      episode: maskEpisode(one.episode, one.detector),
    })),
    holds: status.holds.map((one) => ({
      ...one,
      ...(one.address && masked(one.detector, one.address, hide)),
      reason: hide(one.reason),
    })),
    endedHolds: status.endedHolds.map((one) => ({
      ...one,
      ...(one.address && masked(one.detector, one.address, hide)),
      reason: hide(one.reason),
      id: maskEpisode(one.id, one.detector),
    })),
    buzzers: status.buzzers.map((one) => ({ ...one, id: buzzerId(hide(one.id)) })),
    valves: status.valves.map((one) => ({ ...one, id: hide(one.id) })),
    faults: status.faults.map(({ key, zh, en }) => ({
      key: hide(key),
      zh: hide(zh),
      en: hide(en),
    })),
  };
};

/** What an alarm is called to those who may not know its flat; a deed may name it so too. */
export const maskEpisode = (episode: string, detector: string): string =>
  episode.replace(detector, handleOf(detector));

/** Whether a detector is meant, by its name or by what it is called to those who may not know it. */
export const isNamed = (detector: string, given: string): boolean =>
  given === detector || given === handleOf(detector);

const masked = (detector: string, address: Address, hide: (text: string) => string) => ({
  detector: hide(detector),
  address: maskAddress(address),
  position: { line: "-", place: "-" },
});

const maskAddress = ({ community, building, riser }: Address): Address => {
  const text = [community, building, riser].filter((part) => part !== undefined).join(" ");
  return {
    text: text === "" ? "地址已隐藏 address hidden" : `${text} ***`,
    ...(community !== undefined && { community }),
    ...(building !== undefined && { building }),
    ...(riser !== undefined && { riser }),
  };
};

/** Replaces every registered detector's name and address in a text. */
const hider = (detectors: GatewayStatus["detectors"]): ((text: string) => string) => {
  const secrets = new Map<string, string>();
  for (const { detector, address } of detectors) {
    if (address === undefined) continue;
    secrets.set(detector, handleOf(detector));
    secrets.set(address.text, maskAddress(address).text);
  }
  if (secrets.size === 0) return (text) => text;
  // The longest first: `xian-2-1` must not be cut out of `xian-2-1-603`.
  const words = [...secrets.keys()].toSorted((a, b) => b.length - a.length);
  const any = new RegExp(words.map((word) => RegExp.escape(word)).join("|"), "gu");
  return (text) => text.replaceAll(any, (found) => secrets.get(found) ?? found);
};

const handleOf = (detector: string): string =>
  `#${createHmac("sha256", salt).update(detector).digest("hex").slice(0, 6)}`;
