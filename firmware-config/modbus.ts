/** Detectors on a Modbus line: what the registers that were read say, channel by channel. */
import type { Gas } from "#domain/gas.ts";
import type { Finding } from "#domain/reading.ts";
import { badRegister, wrongReply, wrongUnit } from "./faults.ts";
import { noLevel, readLevel } from "./level.ts";
import type { CodedLevel, ModbusProfile, RegisterPlace, RegisterPoint } from "./profile.ts";
import { readBits, readWord } from "./read-meaning.ts";
import { readField, registerCount, registerName } from "./registers.ts";
import { lesser, settle, type LevelTrust } from "./settle.ts";

export { registerName } from "./registers.ts";

/**
 * `blocks[i]` are the registers (or bits) of `profile.reads[i]`; the result has the findings of
 * channel 0, 1, … A block of another length than was asked for is refused as a whole, never
 * shifted: one register too few would make the alarm word out of the level.
 */
export const decodeRegisters = (
  profile: ModbusProfile,
  blocks: readonly (readonly number[])[],
): readonly (readonly Finding[])[] => {
  const unusable = blockFaults(profile, blocks);
  return Array.from({ length: profile.channels }, (_, channel) =>
    unusable.length > 0 ? unusable : readChannel({ profile, blocks, channel }),
  );
};

interface Channel {
  readonly profile: ModbusProfile;
  readonly blocks: readonly (readonly number[])[];
  readonly channel: number;
}

const blockFaults = (
  profile: ModbusProfile,
  blocks: readonly (readonly number[])[],
): readonly Finding[] =>
  profile.reads.flatMap((read, index): readonly Finding[] => {
    const block = blocks[index] ?? [];
    const first = registerName(read.functionCode, read.address);
    if (block.length !== read.count) return [wrongReply(first, read.count, block.length)];
    const bad = block.findIndex((value) => !Number.isInteger(value) || value < 0 || value > 0xffff);
    return bad === -1
      ? []
      : [badRegister(registerName(read.functionCode, read.address + bad), block[bad])];
  });

const readChannel = (channel: Channel): readonly Finding[] => {
  const measured = measuredGas(channel);
  const findings: Finding[] = [];
  let trust: LevelTrust = "full";
  let overRange = false;
  for (const point of channel.profile.points) {
    const read = readPoint(channel, point, measured);
    findings.push(...read.findings);
    trust = lesser(trust, read.trust ?? "full");
    overRange ||= read.overRange === true;
  }
  return settle(findings, trust, overRange);
};

interface PointReading {
  readonly findings: readonly Finding[];
  readonly trust?: LevelTrust;
  readonly overRange?: boolean;
}

const readPoint = (
  channel: Channel,
  point: RegisterPoint,
  measured: Gas | undefined,
): PointReading => {
  const value = valueAt(channel, point);
  const at = nameOf(channel, point);
  const { meaning } = point;
  switch (meaning.means) {
    case "bits":
      return readBits(meaning, at, value, measured);
    case "word":
      return readWord(meaning, at, value);
    case "level":
      return { findings: [readLevel(meaning, value)] };
    case "unitless":
      return { findings: [noLevel(meaning.gas, "unit-unknown", `${at} = ${value}`)] };
    case "coded-level":
      return { findings: [readCodedLevel(channel, meaning, value)] };
  }
};

const readCodedLevel = (channel: Channel, coded: CodedLevel, raw: number): Finding => {
  const code = valueAt(channel, coded.code);
  const meaning = coded.byCode[code];
  if (meaning === undefined) return wrongUnit(nameOf(channel, coded.code), code);
  if (coded.decimals === undefined) return readLevel(meaning, raw);
  const decimals = valueAt(channel, coded.decimals);
  // More decimals than the register has digits: the wrong register, or a broken panel.
  return decimals > decimalsMax
    ? wrongUnit(nameOf(channel, coded.decimals), `${decimals} decimals`)
    : readLevel(meaning, raw, decimals);
};
const decimalsMax = 6;

/** The gas that the channel's own unit code names, for the verdict bits beside it. */
const measuredGas = (channel: Channel): Gas | undefined => {
  for (const { meaning } of channel.profile.points)
    if (meaning.means === "coded-level") return meaning.byCode[valueAt(channel, meaning.code)]?.gas;
  return undefined;
};

const offsetOf = ({ profile, channel }: Channel, place: RegisterPlace): number =>
  place.offset + channel * (profile.channelStride ?? 0);

const valueAt = (channel: Channel, place: RegisterPlace): number => {
  const value = readField(channel.blocks[place.block] ?? [], {
    ...place,
    offset: offsetOf(channel, place),
  });
  // Lengths are checked above and places by the laws over all profiles, so this is a bug.
  if (value === undefined) throw new RangeError(`no register for ${nameOf(channel, place)}`);
  return value;
};

const nameOf = (channel: Channel, place: RegisterPlace): string => {
  const read = channel.profile.reads[place.block];
  return read === undefined
    ? `block ${place.block}`
    : registerName(read.functionCode, read.address + offsetOf(channel, place));
};

/** The last register, counted in its block, that any channel's points reach; for the laws. */
export const lastOffset = (profile: ModbusProfile, place: RegisterPlace): number =>
  place.offset +
  (profile.channels - 1) * (profile.channelStride ?? 0) +
  registerCount(place.encoding ?? "u16") -
  1;
