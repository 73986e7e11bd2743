/** What must be true of a case before a step; each answers why it is not, or nothing. */
import type { Case, CaseActor, CaseFacts, CaseLevel } from "./case.ts";
import { caseLevels } from "./case.ts";
import type { Bilingual } from "./result.ts";

/** One step somebody wants to take, and all there is to know about it. */
export interface Attempt {
  readonly theCase: Case;
  readonly facts: CaseFacts;
  /** The roles in which this person may take the step at all; never empty. */
  readonly as: ReadonlySet<CaseActor>;
  readonly name: string;
  readonly nowMs: number;
}

export type Guard = (attempt: Attempt) => Bilingual | undefined;

/** P1 goes out by itself when nobody has signed. Source: `people.md` §6.2, T03. */
export const autoDispatchAfterMs = 60_000;
/** How long a closed case can be opened again, and then is put away. Source: T14, T15. */
export const archiveAfterMs = 7 * 24 * 3_600_000;
/** How long every device must have been normal for the center to close by itself. Source: T12. */
export const healthyForMs = 30 * 60_000;
/** How long it must have been quiet before the priority goes down. Source: T28. */
export const quietForMs = 10 * 60_000;

const unless = (holds: boolean, zh: string, en: string): Bilingual | undefined =>
  holds ? undefined : { zh, en };

export const guards = {
  unsigned: ({ facts }) =>
    unless(facts.unsigned > 0, "已签收,无需再签", "it is signed for already"),

  unsignedFor60s: ({ theCase, facts, nowMs }) =>
    unless(
      facts.unsigned > 0 && nowMs - theCase.createdAtMs >= autoDispatchAfterMs,
      "未签收满 60 秒才自动派遣",
      "it is dispatched by itself only after 60 s without a signature",
    ),

  assignedToActor: ({ theCase, as, name }) =>
    unless(
      as.has("system") || theCase.assignee === undefined || theCase.assignee === name,
      `已派给 ${theCase.assignee ?? ""},须由本人操作或先撤派`,
      `it is given to ${theCase.assignee ?? ""}: theirs to answer, or to be dispatched anew`,
    ),

  urgentReturned: ({ theCase, facts }) =>
    unless(
      theCase.priority !== 1 || !facts.activeDanger,
      "P1:探测器仍在报警,恢复正常后才能提交处置完毕。请继续通风、关阀、疏散",
      "P1: a detector still alarms; handled only once it is back to normal. Go on airing, shutting off, getting people out",
    ),

  notHandler: ({ theCase, as, name }) =>
    unless(
      as.has("system") || theCase.handler === undefined || theCase.handler !== name,
      "处置人不能复核或办结自己处置的事件,请由另一人操作",
      "whoever handled a case neither reviews nor closes it; another person has to",
    ),

  noActiveDanger: ({ facts }) =>
    unless(
      !facts.activeDanger,
      "仍有燃气或一氧化碳报警未恢复,请先处置",
      "a gas or CO alarm still stands; deal with it first",
    ),

  noneUnsigned: ({ facts }) =>
    unless(
      facts.unsigned === 0,
      `还有 ${facts.unsigned} 条报警未签收,请先签收`,
      `${facts.unsigned} alarms have not been signed for; sign first`,
    ),

  urgentByHuman: ({ theCase, as }) =>
    unless(
      !as.has("system") || theCase.priority > 2,
      "P1、P2 须人工回访后办结",
      "P1 and P2 are closed by a person who has called back",
    ),

  systemHealthy: ({ facts, as }) =>
    unless(
      !as.has("system") || (facts.healthyForMs ?? 0) >= healthyForMs,
      "设备连续正常不足 30 分钟,不能自动办结",
      "the devices have not been normal for 30 minutes; not closed by itself",
    ),

  closedFor7d: ({ theCase, nowMs }) =>
    unless(
      nowMs - theCase.enteredAtMs >= archiveAfterMs,
      "办结满 7 天才归档",
      "archived only 7 days after it was closed",
    ),

  closedWithin7d: ({ theCase, nowMs }) =>
    unless(
      nowMs - theCase.enteredAtMs <= archiveAfterMs,
      "办结已超过 7 天,不能重开,请新建事件",
      "it was closed more than 7 days ago; make a new case",
    ),

  belowDistrict: ({ theCase }) =>
    unless(theCase.level !== "district", "已在区级,不能再上报", "it is at the district already"),

  aboveGrid: ({ theCase }) =>
    unless(theCase.level !== "grid", "已在网格级,不能再退回", "it is at the grid already"),

  upperPending: ({ theCase }) =>
    unless(theCase.pendingUpper, "没有待上级签收的上报", "no upper level owes a signature"),

  ofUpperLevel: ({ theCase, as }) =>
    unless(
      theCase.level !== "district" || as.has("district"),
      "已上报到区,须由区城运签收",
      "it was raised to the district, which has to sign",
    ),

  noCasualty: ({ theCase }) =>
    unless(!theCase.casualty, "有人员伤亡,不能退回下级", "somebody is hurt; it stays up here"),

  notExtended: ({ theCase }) =>
    unless(!theCase.extended, "只能延期一次", "it has been extended once already"),

  oneLevelAbove: ({ theCase, as, name }) =>
    unless(
      name !== theCase.assignee &&
        name !== theCase.handler &&
        (as.has("street_lead") || levelOf(theCase.level) <= levelOf("community")),
      "延期须由高一级、且非承办人批准",
      "an extension is granted one level above, by somebody who does not do the work",
    ),

  targetNotArchived: ({ facts }) =>
    unless(
      facts.target?.state !== "archived",
      "主事件已归档,不能拆出",
      "the main case is archived; this one cannot be taken out",
    ),

  manualOrTest: ({ theCase, facts }) =>
    unless(
      theCase.test || facts.deviceAlarms === 0,
      "设备报警不能作废,只能处置、核实、办结",
      "a device's alarm is never void; handle, verify and close it",
    ),

  stagedAndEmpty: ({ theCase, facts }) =>
    unless(
      (theCase.drill || theCase.test) && theCase.source === "gateway" && facts.alarms === 0,
      "只有演练、测试事件的报警已全部转真、移出时才自动作废",
      "void by itself only where every alarm of a drill or test has left it for being real",
    ),

  quietFor10min: ({ facts, nowMs }) =>
    unless(
      !facts.activeDanger &&
        (facts.lastAlarmAtMs === undefined || nowMs - facts.lastAlarmAtMs >= quietForMs),
      "距最近一次报警不足 10 分钟,不能降级",
      "less than 10 minutes since the last alarm; the priority stays",
    ),

  lowerPossible: ({ theCase }) =>
    theCase.priority === 4
      ? { zh: "已是最低级别", en: "it has the lowest priority already" }
      : unless(
          theCase.peakPriority !== 1 || theCase.priority < 2,
          "曾为 P1 的事件不得低于 P2",
          "a case that has been P1 does not go below P2",
        ),
} as const satisfies Readonly<Record<string, Guard>>;

export type GuardName = keyof typeof guards;

const levelOf = (level: CaseLevel): number => caseLevels.indexOf(level);
