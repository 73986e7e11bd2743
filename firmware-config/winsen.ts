/** Nine-byte Winsen frames: 0xFF, seven bytes, checksum. */
import type { Finding } from "#domain/reading.ts";
import { fault, wrongUnit } from "./faults.ts";
import { readLevel } from "./level.ts";
import { absent, present } from "./meaning.ts";
import type { SerialProfile } from "./profile.ts";
import { settle } from "./settle.ts";

export const winsenStart = 0xff;
export const winsenLength = 9;
const answerCode = 0x86;

/**
 * Two's complement of the sum of bytes 1–7. The active-upload frame printed in the ZE07-CO data
 * sheet ends in 0x25 and is wrong by its own rule (0x38); it is refused like any damaged frame.
 */
export const winsenChecksum = (frame: readonly number[]): number =>
  -frame.slice(1, winsenLength - 1).reduce((sum, byte) => sum + byte, 0) & 0xff;

/** A command as it goes on the line. */
export const winsenCommand = (command: number, argument = 0): readonly number[] => {
  const body = [winsenStart, 0x01, command, argument, 0, 0, 0, 0];
  return [...body, winsenChecksum(body)];
};

export const isWinsenFrame = (frame: readonly number[]): boolean =>
  frame.length === winsenLength &&
  frame[0] === winsenStart &&
  frame[winsenLength - 1] === winsenChecksum(frame);

/** What a frame with a right checksum says. Uploaded frames name their gas, unit and decimals. */
export const readWinsenFrame = (
  profile: SerialProfile,
  frame: readonly number[],
): readonly Finding[] => {
  const [, kind = 0, unit = 0, decimals = 0] = frame;
  const { frames } = profile;
  if (kind === answerCode && profile.mode === "question-answer")
    return readValue(profile, word(frame, 2), frames.level.decimals ?? 0, frames.level.fullScale);
  if (kind === answerCode)
    return [
      fault("unsupported", "byte 1", {
        zh: "模块按问答方式回答,而设备画像是主动上传。请改用问答画像或切换模块方式",
        en: "the module answers questions while its profile is for active upload. Choose the question-answer profile or switch the module",
      }),
    ];
  if (kind !== frames.gasCode) return [wrongUnit("byte 1", kind)];
  if (unit !== frames.unitCode) return [wrongUnit("byte 2", unit)];
  if (decimals > decimalsMax) return [wrongUnit("byte 3", `${decimals} decimals`)];
  const fullScale = word(frame, 6) / 10 ** decimals;
  return readValue(
    profile,
    word(frame, 4),
    decimals,
    fullScale > 0 ? fullScale : frames.level.fullScale,
  );
};
const decimalsMax = 3;

const readValue = (
  { frames }: SerialProfile,
  raw: number,
  decimals: number,
  fullScale: number,
): readonly Finding[] => {
  const isSentinel = frames.level.sentinels?.some((one) => one.raw === raw) === true;
  const level = readLevel(
    frames.level,
    isSentinel ? raw : raw & frames.valueMask,
    decimals,
    fullScale,
  );
  if (frames.faultBit === undefined) return [level];
  const broken = ((raw >> frames.faultBit) & 1) === 1;
  return settle([broken ? present("sensor-fault") : absent("sensor-fault"), level]);
};

const word = (frame: readonly number[], at: number): number =>
  ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
