/** Detectors that make more noise than people can follow. */
import { figureLimits, type Figures } from "#domain/figures.ts";
import { parseNotice } from "../intake/alarm-rows.ts";
import type { Reading } from "../store/open-store.ts";
import type { AlarmFact } from "./alarm-facts.ts";
import { breathe } from "../store/in-time.ts";
import { firstOf } from "./first-of.ts";
import { shareOf } from "./percentile.ts";

const noisiestMax = 10;
const flappingMax = 100;
/** Looked through before everything else has its turn. */
const devicesAtOnce = 500;

interface Device {
  readonly gateway: string;
  readonly detector: string;
  /** Its newest alarm, whose notice says where it is. */
  lastEpisode: string;
  rang: number;
  /** When its episodes began, by alarm class, epoch ms. */
  readonly begunByClass: Map<string, number[]>;
}

/** By gateway, then detector. */
type Devices = Map<string, Map<string, Device>>;

type PlaceOf = (device: Device) => string;

/**
 * The noisiest count alarms that rang; flapping also those that somebody has shelved, because
 * shelving mends no detector.
 */
export const createNoise = () => {
  const devices: Devices = new Map();
  return {
    add: (fact: AlarmFact): void => {
      const device = deviceOf(devices, fact);
      device.lastEpisode = fact.episode;
      device.rang += Number(fact.rang);
      const begun = device.begunByClass.get(fact.alarmClass);
      if (begun === undefined) device.begunByClass.set(fact.alarmClass, [fact.firstAtMs]);
      else begun.push(fact.firstAtMs);
    },
    noise: async (db: Reading): Promise<Pick<Figures, "noisiest" | "flapping">> => {
      const all = [...devices.values()].flatMap((ofGateway) => Array.from(ofGateway.values()));
      const loudest = firstOf(
        all.filter(({ rang }) => rang > 0),
        noisiestMax,
        (a, b) => b.rang - a.rang || byName(a, b),
      );
      await breathe();
      const flapping = await flappingOf(all);
      const worst = firstOf(flapping, flappingMax, worstFirst);
      const placeOf = await placesOf(db, [...loudest, ...worst.map(({ device }) => device)]);
      const n = countRang(all);
      return {
        noisiest: {
          n,
          share: shareOf(countRang(loudest), n),
          detectors: loudest.map((device) => ({
            gateway: device.gateway,
            detector: device.detector,
            place: placeOf(device),
            alarms: device.rang,
            share: shareOf(device.rang, n),
          })),
        },
        flapping: {
          count: flapping.length,
          alarms: worst.map(({ device, alarmClass, most }) => ({
            gateway: device.gateway,
            detector: device.detector,
            place: placeOf(device),
            alarmClass,
            most,
          })),
        },
      };
    },
  };
};

const deviceOf = (devices: Devices, fact: AlarmFact): Device => {
  const { gateway, detector, episode } = fact;
  const ofGateway = devices.get(gateway) ?? new Map<string, Device>();
  const known = ofGateway.get(detector);
  if (known !== undefined) return known;
  const device = { gateway, detector, lastEpisode: episode, rang: 0, begunByClass: new Map() };
  devices.set(gateway, ofGateway.set(detector, device));
  return device;
};

const countRang = (devices: readonly Device[]): number =>
  devices.reduce((sum, { rang }) => sum + rang, 0);

interface FlappingAlarm {
  readonly device: Device;
  readonly alarmClass: string;
  readonly most: number;
}

const flappingOf = async (devices: readonly Device[]): Promise<readonly FlappingAlarm[]> => {
  const found: FlappingAlarm[] = [];
  for (const [nth, device] of devices.entries()) {
    if (nth % devicesAtOnce === 0) await breathe();
    for (const [alarmClass, begun] of device.begunByClass) {
      const most = mostWithin(begun, figureLimits.flappingMs.value);
      if (most >= figureLimits.flappingEpisodes.value) found.push({ device, alarmClass, most });
    }
  }
  return found;
};

const worstFirst = (a: FlappingAlarm, b: FlappingAlarm): number =>
  b.most - a.most || byName(a.device, b.device) || (a.alarmClass < b.alarmClass ? -1 : 1);

/** The most of these moments that lie less than `withinMs` apart. */
const mostWithin = (momentsMs: readonly number[], withinMs: number): number => {
  const sorted = [...momentsMs].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [index, atMs] of sorted.entries()) {
    while (atMs - (sorted[first] ?? atMs) >= withinMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
};

/** 0 for the same device: its alarm classes decide then. */
const byName = (a: Device, b: Device): number => {
  if (a === b) return 0;
  const order = a.gateway === b.gateway ? a.detector < b.detector : a.gateway < b.gateway;
  return order ? -1 : 1;
};

const placesOf = async (db: Reading, devices: readonly Device[]): Promise<PlaceOf> => {
  await breathe();
  const episodes = [...new Set(devices.map(({ lastEpisode }) => lastEpisode))];
  const rows =
    episodes.length === 0
      ? []
      : await db
          .selectFrom("alarms")
          .select(["episode", "notice"])
          .where("episode", "in", episodes)
          .execute();
  const notices = new Map(rows.map(({ episode, notice }) => [episode, notice]));
  return (device) => placeIn(notices.get(device.lastEpisode), device);
};

/** The address an alarm was sent with, else the names of its gateway and detector. */
export const placeIn = (
  notice: string | undefined,
  name: { readonly gateway: string; readonly detector: string },
): string => {
  const address = notice === undefined ? undefined : parseNotice(notice).where.address;
  return address?.text ?? `${name.gateway} ${name.detector}`;
};
