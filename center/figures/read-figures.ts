import type { Figures } from "#domain/figures.ts";
import type { Actor } from "#domain/rights.ts";
import type { Reading } from "../store/open-store.ts";
import { areasWith } from "../rights/permissions.ts";
import { alarmFacts, type AlarmFact } from "./alarm-facts.ts";
import { caseFacts, type Scope } from "./case-facts.ts";
import { createDurations } from "./durations.ts";
import { createLoad, desksOf } from "./load.ts";
import type { Period } from "./local-days.ts";
import { createNoise } from "./noise.ts";
import { createSlices } from "./slices.ts";
import { standingAlarms } from "./standing.ts";
import { createSpans } from "./tally.ts";

export interface FiguresWish {
  readonly period: Period;
  /** Path of the area; absent: everything the actor may see. */
  readonly area?: string;
}

type SignedDrill = Pick<AlarmFact, "shownAtMs" | "signedAtMs">;

/**
 * The figures of a period, over the areas in which the actor may read cases; `docs/figures.md`
 * says what each of them means. `nowMs` is how far they reach. Drills are only in `drills`, tests
 * nowhere. Reads page by page and keeps counts and times, no rows.
 */
export const readFigures = async (
  db: Reading,
  actor: Actor,
  wish: FiguresWish,
  nowMs: number,
): Promise<Figures> => {
  const scope: Scope = {
    period: wish.period,
    areas: areasWith(actor, "cases.read"),
    within: [wish.area ?? "/"],
  };
  const slices = createSlices(scope, nowMs);
  const load = createLoad(await desksOf(db, scope), scope, nowMs);
  const noise = createNoise();
  const drills = { cases: 0, sign: createDurations(), spans: createSpans() };
  const signedDrill = ({ signedAtMs, shownAtMs }: SignedDrill): void => {
    if (signedAtMs !== undefined) drills.sign.add(Math.max(0, signedAtMs - shownAtMs));
  };

  for await (const facts of caseFacts(db, scope)) {
    for (const fact of facts) {
      if (!fact.drill) slices.addCase(fact);
      else if (!fact.voided) {
        drills.cases += 1;
        drills.spans.add(fact);
        if (!fact.byAlarm) signedDrill({ ...fact, shownAtMs: fact.createdAtMs });
      }
    }
  }
  for await (const facts of alarmFacts(db, scope)) {
    for (const fact of facts) {
      if (!fact.drill) {
        slices.addAlarm(fact);
        noise.add(fact);
        if (fact.rang) load.add(fact);
      } else if (fact.rang) signedDrill(fact);
    }
  }
  return {
    from: wish.period.from,
    to: wish.period.to,
    ...(wish.area !== undefined && { area: wish.area }),
    asOfMs: Math.floor(nowMs),
    ...(await slices.slices()),
    load: [...load.load()],
    ...(await noise.noise(db)),
    standing: await standingAlarms(db, scope, nowMs),
    drills: {
      cases: drills.cases,
      sign: await drills.sign.spread(),
      ...(await drills.spans.spreads()),
    },
  };
};
