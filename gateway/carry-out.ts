/** One input of one detector: judged, sounded, and handed on to the disk. */
import type { ActionEvent } from "#domain/action.ts";
import { isDanger, type AlarmEvent } from "#domain/alarm.ts";
import type { DetectorId, GatewayId } from "#domain/ids.ts";
import { noticeFacts, type Notice } from "#domain/notice.ts";
import type { Report } from "#domain/reading.ts";
import type { Bilingual } from "#domain/result.ts";
import { demandOf, type Demand } from "#rules/protection/demand.ts";
import { fromMsOf } from "#rules/baseline.ts";
import { isQuiet, saveState, step, type DetectorState, type JudgeInput } from "#rules/step.ts";
import type { Keeper } from "./keeper.ts";
import { matters, type Point } from "./points.ts";
import type { NewRecord } from "./ports.ts";
import { judgeInShadow, saveShadow } from "./shadow.ts";

export interface CarryDeps {
  readonly gateway: GatewayId;
  readonly drill: boolean;
  readonly keeper: Pick<Keeper, "keep" | "owed">;
  readonly sound: (detector: DetectorId, demand: Demand) => void;
  /** Hears what was done to alarms, or ended by its time; must neither throw nor wait. */
  readonly witness?: (actions: readonly ActionEvent[]) => void;
}

/** What came of one input; `waits` only when something must reach the disk. */
export interface Carried {
  readonly events: readonly AlarmEvent[];
  readonly actions: readonly ActionEvent[];
  readonly refused?: Bilingual;
  readonly waits: Promise<void> | undefined;
}

/** Asks the judge and does what it answers. */
export const carryOut = (deps: CarryDeps, point: Point, input: JudgeInput): Carried => {
  const before = point.state;
  const mattered = matters(point);
  const next = step(before, input, point.rules);
  point.state = next.state;
  const demand = demandOf(next.state, point.demand);
  if (demand !== point.demand) {
    point.demand = demand;
    deps.sound(point.id, demand);
  }
  // A detector with nothing to remember is written when it falls quiet, and four times a day with
  // its quiet level.
  const quarterOver = quarterOf(next.state) !== quarterOf(before);
  if (next.state !== before && (quarterOver || !(isQuiet(before) && isQuiet(next.state))))
    point.unsaved = mattered || matters(point);
  const events = next.events.filter((event) => isForTheDesk(point, event));
  const { actions, refused } = next;
  const waits = keepStep(deps, point, { state: next.state, events, actions }, input);
  if (actions.length > 0) deps.witness?.(actions);
  tryInShadow(deps, point, input);
  return { events, actions, waits, ...(refused !== undefined && { refused }) };
};

const quarterOf = ({ quiet }: DetectorState): number | undefined => quiet && fromMsOf(quiet);

/** Of a device nobody registered only gas and CO are alarms; see `matters`. */
const isForTheDesk = ({ registered }: Point, { alarmClass }: AlarmEvent): boolean =>
  registered !== undefined || isDanger(alarmClass);

/** Alarms, and what was done to them, in one transaction with the state they led to. */
const keepStep = (
  deps: CarryDeps,
  point: Point,
  {
    state,
    events,
    actions,
  }: Pick<Carried, "events" | "actions"> & { readonly state: Point["state"] },
  input: JudgeInput,
): Promise<void> | undefined => {
  if (events.length + actions.length === 0) return deps.keeper.owed(point.id);
  point.unsaved = false;
  const report = input.kind === "report" ? input.report : undefined;
  const { gateway, drill } = deps;
  return deps.keeper.keep(
    point.id,
    [
      ...events.map((event) => alarmRecord(deps, point, withLevel(event, report))),
      ...actions.map((action) => recordOf({ action, where: { gateway }, drill })),
    ],
    saveState(state),
  );
};

/** After everything else, in records of its own: a trial holds nothing up. */
const tryInShadow = (deps: CarryDeps, point: Point, input: JudgeInput): void => {
  if (point.shadow === undefined) return;
  const events = judgeInShadow(point.shadow, input);
  if (events.length === 0) return;
  point.shadow.unsaved = false;
  const { detector, json } = saveShadow(point.shadow);
  const records = events.map((event) => alarmRecord(deps, point, event));
  // Nobody waits for these; the keeper reports and retries on its own.
  deps.keeper.keep(detector, records, json).catch(() => {});
};

const recordOf = (notice: Notice): NewRecord => ({ lane: noticeFacts(notice).lane, notice });

const alarmRecord = (deps: CarryDeps, point: Point, event: AlarmEvent): NewRecord =>
  recordOf({
    event,
    where: {
      gateway: deps.gateway,
      position: point.position,
      ...(point.registered?.address && { address: point.registered.address }),
      ...(point.registered && { profile: point.registered.profileId }),
    },
    drill: deps.drill,
  });

/** The device's own alarm carries no level; what the same message measured of that gas belongs to it. */
const withLevel = (event: AlarmEvent, report: Report | undefined): AlarmEvent => {
  if (report === undefined || event.level !== undefined || event.gas === undefined) return event;
  const measured = report.findings.find(
    (finding) => finding.kind === "level" && finding.level.gas === event.gas,
  );
  return measured?.kind === "level" ? { ...event, level: measured.level } : event;
};
