import type { DeskAlarm } from "#domain/desk.ts";
import { parseAction as parseKept } from "../commands/date-signatures.ts";
import { inLists } from "../store/chunks.ts";
import type { Reading } from "../store/open-store.ts";
import type { ActionRow } from "../store/tables.ts";

type Actions = NonNullable<DeskAlarm["actions"]>;

/** The alarm an action may have been done to. */
interface AlarmKey {
  readonly gateway: string;
  readonly gateway_episode: string;
  readonly detector: string;
  readonly condition: string;
  readonly notice: string;
  readonly first_at_ms: number;
  readonly last_at_ms: number;
}

const shownAtMost = 20;
/** A hold put before the alarm explains it: the longest is a week out of service. */
const lookBackMs = 7 * 24 * 3_600_000;

/**
 * What was done to each of these alarms, newest first: to its own episode, or to its rule or whole
 * detector from before it began until it was over.
 */
export const actionsOn = async (
  db: Reading,
  alarms: readonly AlarmKey[],
): Promise<(alarm: AlarmKey) => Actions> => {
  const detectors = [...new Set(alarms.map(({ detector }) => detector))];
  const sinceMs = Math.min(...alarms.map((alarm) => alarm.first_at_ms)) - lookBackMs;
  const rows: ActionRow[] = [];
  for (const chunk of inLists(detectors)) {
    const some = await db
      .selectFrom("actions")
      .selectAll()
      .where("detector", "in", chunk)
      .where("at_ms", ">=", sinceMs)
      .orderBy("at_ms", "desc")
      .orderBy("id", "desc")
      .execute();
    rows.push(...some);
  }
  const byDetector = Map.groupBy(rows, (row) => `${row.gateway} ${row.detector}`);
  return (alarm) => {
    const own = byDetector.get(`${alarm.gateway} ${alarm.detector}`) ?? [];
    if (own.length === 0) return [];
    const { event } = parseNotice(alarm.notice);
    return own
      .filter((row) => isAbout(row, alarm, event.rule))
      .slice(0, shownAtMost)
      .map(({ action }) => parseAction(action));
  };
};

const isAbout = (row: ActionRow, alarm: AlarmKey, rule: string): boolean => {
  if (row.gateway_episode !== null) return row.gateway_episode === alarm.gateway_episode;
  if (row.rule !== rule && row.rule !== "all") return false;
  const isLater = alarm.condition === "returned" && row.at_ms > alarm.last_at_ms;
  return row.at_ms >= alarm.first_at_ms - lookBackMs && !isLater;
};

// Written by intake from checked messages.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const parseNotice = (json: string): DeskAlarm["notice"] => JSON.parse(json) as DeskAlarm["notice"];

const parseAction = (json: string): Actions[number] => {
  const { drill: _drill, ...action } = parseKept(json);
  return action;
};
