import type { ActionOrigin } from "#domain/action.ts";
import type { AlarmEvent, RuleId } from "#domain/alarm.ts";
import type { UserId } from "#domain/ids.ts";
import type { DurationMs } from "#domain/quantity.ts";
import type { ActionEvent } from "./life.ts";
import type { DetectorState } from "./state.ts";

/** A person who acts, and where they stand. */
interface Person {
  readonly by: UserId;
  readonly origin?: ActionOrigin;
}

/** What people, or the design for other classes than gas and CO, may do to a detector's alarms. */
export type Command =
  | (Person & {
      readonly kind: "acknowledge";
      readonly rule: RuleId;
      /** The alarm that is meant, when it was asked for elsewhere; absent: the one there is now. */
      readonly episode?: string;
      /** The newest event the person had seen: what came after it is not signed for. */
      readonly seen?: string;
    })
  | (Person & { readonly kind: "unacknowledge"; readonly rule: RuleId; readonly reason: string })
  | (Person & { readonly kind: "reset"; readonly rule: RuleId; readonly reason: string })
  /** Said on site of a detector that is there no more. */
  | (Person & { readonly kind: "write-off"; readonly reason: string })
  | (Person & {
      readonly kind: "shelve";
      readonly rule: RuleId;
      readonly reason: string;
      readonly duration: DurationMs;
    })
  | (Person & { readonly kind: "unshelve"; readonly rule: RuleId })
  | { readonly kind: "suppress"; readonly rule: RuleId; readonly cause: string }
  | { readonly kind: "unsuppress"; readonly rule: RuleId; readonly cause: string }
  | (Person & {
      readonly kind: "take-out-of-service";
      readonly reason: string;
      readonly duration: DurationMs;
      /** A named person stands in front of it; without that an alarm that stands cannot be taken out. */
      readonly confirmedOnSite: boolean;
    })
  | (Person & { readonly kind: "return-to-service" })
  | (Person & {
      readonly kind: "hush";
      readonly reason: string;
      readonly duration: DurationMs;
      readonly confirmedOnSite: boolean;
    })
  /** The sound comes back before its time. */
  | (Person & { readonly kind: "release-hush"; readonly reason: string })
  /** The same by design: another device has alarmed. */
  | { readonly kind: "break-hush"; readonly cause: string };

export interface Obeyed {
  readonly state: DetectorState;
  readonly action: ActionEvent;
  /** What it ended. */
  readonly events?: readonly AlarmEvent[];
}
