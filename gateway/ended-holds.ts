/** Shelvings and out-of-service times that ran out: shown until whoever put them there has seen it. */
import { Type } from "typebox";
import type { ActionEvent } from "#domain/action.ts";
import { ruleIds, type RuleId } from "#domain/alarm.ts";
import { compileOnUse } from "#domain/compile-on-use.ts";
import { detectorId } from "#domain/ids.ts";
import { hours } from "#domain/quantity.ts";

export interface EndedHold {
  /** The name of the record that says it has ended. */
  readonly id: string;
  readonly detector: string;
  readonly kind: "shelved" | "out-of-service";
  readonly rule: RuleId | "all";
  /** Who put it there. */
  readonly by: string;
  readonly reason: string;
  /** Wall clock. */
  readonly endedAtMs: number;
}

export interface EndedHolds {
  /** What was done to alarms; of it, what ended by its time is kept. */
  readonly note: (actions: readonly ActionEvent[]) => void;
  /** Newest first. */
  readonly all: () => readonly EndedHold[];
  /** Its owner has seen it. */
  readonly seen: (id: string) => void;
}

/** Kept beside the detectors' states, under a name no detector can have. */
export const endedHoldsKey = detectorId("holds:ended");

/** Canary's own choice: as long as the longest hold. Who has not come by then learns it at the center. */
const shownFor = hours(7 * 24);
/** Far more than a gateway has homes under repair. */
const keptMax = 200;

/**
 * `saved`: what `save` was given last; text that is none of ours costs notes, never an alarm: the
 * records of all that ended are in the journal.
 */
export const createEndedHolds = (deps: {
  readonly saved: string | undefined;
  readonly save: (json: string) => void;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
}): EndedHolds => {
  let kept = readSaved(deps.saved);
  const keep = (next: readonly EndedHold[]): void => {
    kept = next.slice(0, keptMax);
    deps.save(JSON.stringify({ version: 1, ended: kept }));
  };
  const all = (): readonly EndedHold[] =>
    kept.filter(({ endedAtMs }) => deps.nowMs() - endedAtMs < shownFor);

  return {
    note: (actions) => {
      const ended = actions.flatMap(endedHold);
      if (ended.length > 0) keep([...ended, ...all()]);
    },
    all,
    seen: (id) => keep(all().filter((one) => one.id !== id)),
  };
};

const endedHold = (action: ActionEvent): readonly EndedHold[] => {
  const kind = kinds[action.kind];
  if (kind === undefined) return [];
  const { id, detector, rule, by, reason, at } = action;
  return [{ id, detector, kind, rule, by, reason, endedAtMs: Math.round(at.wallMs) }];
};

const kinds: Readonly<Partial<Record<ActionEvent["kind"], EndedHold["kind"]>>> = {
  "shelving-expired": "shelved",
  "service-hold-expired": "out-of-service",
};

const check = compileOnUse(
  Type.Object({
    version: Type.Literal(1),
    ended: Type.Array(
      Type.Object({
        id: Type.String(),
        detector: Type.String(),
        kind: Type.Enum(["shelved", "out-of-service"]),
        rule: Type.Enum([...ruleIds, "all"]),
        by: Type.String(),
        reason: Type.String(),
        endedAtMs: Type.Number(),
      }),
    ),
  }),
);

const readSaved = (saved: string | undefined): readonly EndedHold[] => {
  if (saved === undefined) return [];
  try {
    const value: unknown = JSON.parse(saved);
    return check().Check(value) ? value.ended : [];
  } catch {
    return []; // a torn file; see above
  }
};
