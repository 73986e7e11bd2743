/** Detectors on a serial line of their own: bytes to frames to findings. */
import { elapsed, milliseconds, type MonoMs } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import type { SerialProfile } from "./profile.ts";
import { isWinsenFrame, readWinsenFrame, winsenLength, winsenStart } from "./winsen.ts";

export { strayBytes } from "./faults.ts";

export interface FrameReader {
  /**
   * Takes bytes as they arrive, in any pieces. `frames`: the findings of each whole frame;
   * `discarded`: bytes that belong to none, for counting and for {@link strayBytes}.
   */
  readonly push: (
    bytes: Uint8Array,
    at: MonoMs,
  ) => {
    readonly frames: readonly (readonly Finding[])[];
    readonly discarded: readonly number[];
  };
}

/**
 * After this long without a byte what is left over is no frame: a frame takes 9 ms at 9600 baud.
 * Source: the ESPHome ZE07 component clears its buffer after it too (standards.md §8.1).
 */
const frameGapMs = milliseconds(500);

/**
 * Cuts a byte stream into frames. A frame is taken by its length after a start byte, because 0xFF
 * may stand inside it too; when its checksum fails, one byte is dropped and the search goes on at
 * the next, so that a lost byte costs one frame and not two.
 */
export const createFrameReader = (profile: SerialProfile): FrameReader => {
  let pending: number[] = [];
  let lastAt: MonoMs | undefined;

  return {
    push: (bytes, at) => {
      const discarded: number[] = [];
      const frames: (readonly Finding[])[] = [];
      if (lastAt !== undefined && elapsed(lastAt, at) >= frameGapMs) {
        discarded.push(...pending);
        pending = [];
      }
      lastAt = at;
      for (const byte of bytes) {
        pending.push(byte);
        // At most one frame can become whole with each byte.
        while (pending.length > 0 && pending[0] !== winsenStart) drop(pending, discarded);
        if (pending.length < winsenLength) continue;
        if (isWinsenFrame(pending)) {
          frames.push(readWinsenFrame(profile, pending));
          pending = [];
        } else {
          drop(pending, discarded);
          while (pending.length > 0 && pending[0] !== winsenStart) drop(pending, discarded);
        }
      }
      return { frames, discarded };
    },
  };
};

const drop = (pending: number[], discarded: number[]): void => {
  const byte = pending.shift();
  if (byte !== undefined) discarded.push(byte);
};
