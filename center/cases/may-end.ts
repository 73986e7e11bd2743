/** Which alarms of a case this person may end themselves, and why not; `domain/end-alarm.ts` decides. */
import type { CaseDetail } from "#domain/case-view.ts";
import { alarmClasses } from "#domain/alarm.ts";
import { actorNames } from "#domain/decide-case.ts";
import { gasToMeasure, whyNotEnded } from "#domain/end-alarm.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Actor } from "#domain/rights.ts";
import { heardOf, type HeardOf } from "../intake/gateway-word.ts";
import { areasWith, rolesWith } from "../rights/permissions.ts";
import { isInScope } from "../rights/scoped.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { Reading } from "../store/open-store.ts";
import type { AlarmRow } from "../store/tables.ts";
import { sceneReadings } from "./gather-facts.ts";
import { eventsOf } from "./timeline.ts";

/** How it stands with one alarm; `why` absent: this person may end it. */
export interface MayEnd {
  readonly heard: HeardOf;
  readonly why?: Bilingual;
}

export const mayEnd = async (
  db: Reading,
  alarm: AlarmRow,
  row: CaseRow,
  actor: Actor,
): Promise<MayEnd> => {
  const heard = await heardOf(db, alarm);
  if (!isInScope(alarm.area_path, areasWith(actor, "alarms.end"))) return { heard, why: notForYou };
  const alarmClass = alarmClasses.find((one) => one === alarm.alarm_class) ?? "gas";
  const gas = gasToMeasure(alarmClass);
  const reading =
    gas === undefined ? undefined : sceneReadings(await eventsOf(db, row.id), row).get(gas);
  const why = whyNotEnded(
    {
      condition: alarm.condition === "returned" ? "returned" : "active",
      word: heard.word,
      alarmClass,
      caseIsOpen: row.is_open === 1,
      ...(reading && { reading }),
    },
    actor.name,
  );
  return { heard, ...(why && { why }) };
};

/** For each alarm of a case that its gateway may never end; what its gateway says stands has none. */
export const endOffers = async (
  db: Reading,
  row: CaseRow,
  actor: Actor,
): Promise<CaseDetail["ends"]> => {
  const alarms = await db
    .selectFrom("case_alarms")
    .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
    .selectAll("alarms")
    .where("case_alarms.case_id", "=", row.id)
    .where("alarms.condition", "=", "active")
    .orderBy("alarms.episode")
    .execute();
  const offers: CaseDetail["ends"] = [];
  for (const alarm of alarms) {
    const { heard, why } = await mayEnd(db, alarm, row, actor);
    if (heard.word === "stands") continue;
    const { episode } = alarm;
    offers.push({ episode, allowed: why === undefined, ...(why && { reason: why }) });
  }
  return offers;
};

const enders = rolesWith["alarms.end"].map((role) => actorNames[role]);

const notForYou: Bilingual = {
  zh: `“人工结束报警”须由${enders.map(({ zh }) => zh).join("、")}操作`,
  en: `"end the alarm" is for: ${enders.map(({ en }) => en).join(", ")}`,
};
