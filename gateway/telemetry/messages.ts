/** What the telemetry store and its thread say to each other. */
import type { TelemetryLoss } from "#domain/telemetry.ts";
import type { Instant } from "#domain/time.ts";
import type { Block, Lost, Pending, StoreState } from "./store.ts";

export type Question =
  | { readonly kind: "append"; readonly blocks: readonly Block[]; readonly lost: readonly Lost[] }
  | {
      readonly kind: "pending";
      readonly afterN: number;
      readonly bytes: number;
      readonly now: Instant;
    }
  | {
      readonly kind: "settle";
      readonly numbers: readonly number[];
      readonly losses: readonly TelemetryLoss[];
    }
  | { readonly kind: "give-back"; readonly bytes: number }
  | { readonly kind: "state" }
  | { readonly kind: "close" };

export interface Request {
  readonly number: number;
  readonly question: Question;
}

export type Answer =
  | { readonly kind: "state"; readonly state: StoreState }
  | { readonly kind: "pending"; readonly pending: Pending }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

export interface Reply {
  readonly number: number;
  readonly answer: Answer;
  /** A damaged file was put aside under this name, and a new one begun. */
  readonly putAside?: string;
}
