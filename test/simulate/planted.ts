import { scenes, type Scene } from "./scenes.ts";
import type { FaultClass } from "./script.ts";

/** Faults planted on purpose, to see that the simulator finds them. */
export const plantedFaults = {
  "settle before confirmed": "a record counts as confirmed as soon as it is on the wire",
  "ack before commit": "the detector's PUBACK does not wait for the disk",
  "swallow disk errors": "a failed write is taken for a good one",
  "forget state": "a restart begins with nothing remembered",
  "keep no states": "records are written, the judgement's memory is not",
  "show twice": "the center takes a repeat for something new",
  "receipt before commit": "the center confirms what its database has not kept",
  "buzz after write": "the buzzer waits for the disk",
  "silence is normal": "a detector nobody hears is shown as normal",
  "drill unmarked": "a staged alarm is sent as a real one",
  "wall-clock durations": "time that has passed is read from the wall clock",
  "drop unwritten": "what the disk refused is not sent either",
  "receipts without hashes": "a receipt is believed whatever records it is about",
  "boots untold": "the status does not say which boots were before it",
  "pictures without alarms": "the status does not say which alarms stand",
} as const;
export type Planted = keyof typeof plantedFaults;

/** Where a fault shows only in one kind of trouble, its stories have no other that covers it up. */
export const troubleFor: Partial<Record<Planted, readonly FaultClass[]>> = {
  "swallow disk errors": ["disk full", "I/O error"],
  "drop unwritten": ["disk full", "I/O error", "slow disk"],
};

/** Where chance brings it about too seldom, its stories end with the scene that shows it. */
export const endingFor: Partial<Record<Planted, Scene>> = {
  "receipts without hashes": scenes.numbersGivenAgain,
  "pictures without alarms": scenes.forgottenReturn,
  "boots untold": scenes.lateWords,
};
