/** What each kind of `canary prove` answers. */
import type { Bilingual } from "#domain/result.ts";

/** `holds`: exit code 0; otherwise 1. The words first say the result, then each thing that is wrong. */
export interface Proof {
  readonly holds: boolean;
  readonly words: readonly Bilingual[];
  readonly facts: object;
}

/** What was asked for cannot be proven: exit code 2. */
export interface Refusal {
  readonly refused: Bilingual;
}
