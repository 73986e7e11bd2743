/**
 * A case 事件: what people work on until a home is safe again. An alarm is the device's condition;
 * a case may look at it and can never change it.
 */
import type { AlarmClass, Priority } from "./alarm.ts";
import type { Bilingual } from "./result.ts";
import type { Role } from "./rights.ts";

/** Progress of the work. Source of states, actions and rights: `docs/case-flow.md`. */
export const caseStates = [
  "reported",
  "accepted",
  "dispatched",
  "responding",
  "on_scene",
  "handled",
  "verifying",
  "suspended",
  "closed",
  "archived",
  "merged",
  "voided",
] as const;
export type CaseState = (typeof caseStates)[number];

export const caseStateNames: Readonly<Record<CaseState, Bilingual>> = {
  reported: { zh: "待签收", en: "waiting for a signature" },
  accepted: { zh: "已签收·研判中", en: "signed for, being assessed" },
  dispatched: { zh: "已派遣·待接单", en: "dispatched, not yet taken" },
  responding: { zh: "赶赴中", en: "on the way" },
  on_scene: { zh: "处置中", en: "being dealt with on scene" },
  handled: { zh: "待复核", en: "waiting for review" },
  verifying: { zh: "待核实", en: "waiting to be verified" },
  suspended: { zh: "挂账", en: "suspended until a date" },
  closed: { zh: "已办结", en: "closed" },
  archived: { zh: "已归档", en: "archived" },
  merged: { zh: "已并入", en: "merged into another" },
  voided: { zh: "作废", en: "void" },
};

/**
 * A case's state as people are told it. A case that went out by itself and was taken by nobody comes
 * back to be assessed, and `signedAtMs` says that its name would be a lie.
 */
export const caseStateName = (
  state: CaseState,
  signedAtMs: number | null | undefined,
): Bilingual =>
  state === "accepted" && typeof signedAtMs !== "number"
    ? { zh: "无人签收·待重新派遣", en: "signed for by nobody, to be dispatched again" }
    : caseStateNames[state];

/** States in which somebody still owes something. */
export const openStates = [
  "reported",
  "accepted",
  "dispatched",
  "responding",
  "on_scene",
  "handled",
  "verifying",
  "suspended",
] as const satisfies readonly CaseState[];

export const isOpen = (state: CaseState): boolean => openStates.some((one) => one === state);

/** Grid 网格, community 社区, street 街道, district 区: who answers for it, besides those below. */
export const caseLevels = ["grid", "community", "street", "district"] as const;
export type CaseLevel = (typeof caseLevels)[number];

/** Who acts: a role held over the case's area, the resident of the home, or the center itself. */
export const caseActors = [
  "system",
  "resident",
  "grid",
  "duty",
  "community_lead",
  "street_duty",
  "street_lead",
  "district",
  "tech",
] as const;
export type CaseActor = "system" | "resident" | Exclude<Role, "admin">;

/** What it is about: a device's alarm class, or what somebody reported. */
export type CaseKind = AlarmClass | "smell" | "request";

/** Cases that may end a life: a reading on the scene is part of closing them. */
export const isDangerKind = (kind: CaseKind): boolean =>
  kind === "co" || kind === "gas" || kind === "smell";

/** Where it came from; the one intake knows more names of other systems. */
export const caseSources = [
  "gateway",
  "resident",
  "staff",
  "12345",
  "grid-platform",
  "petition",
  "video",
  "upper-level",
] as const;
export type CaseSource = (typeof caseSources)[number];

/** Conclusions of a handled case. Source: `people.md` §6.3. */
export const conclusions = {
  C1: { zh: "真实一氧化碳", en: "real carbon monoxide" },
  C2: { zh: "真实燃气", en: "real gas" },
  C3: { zh: "烹饪/酒精", en: "cooking or alcohol" },
  C4: { zh: "杀虫剂/清洁剂", en: "insecticide or cleaner" },
  C5: { zh: "油烟/水汽", en: "fumes or steam" },
  C6: { zh: "设备故障", en: "device fault" },
  C7: { zh: "到期/漂移", en: "end of life or drift" },
  C8: { zh: "安装不当", en: "badly installed" },
  C9: { zh: "断电/拆卸", en: "unplugged or taken down" },
  C10: { zh: "未登记测试", en: "a test nobody announced" },
  C11: { zh: "楼外来源", en: "a source outside the building" },
  C12: { zh: "原因不明(须跟进)", en: "cause unknown (to be followed up)" },
} as const satisfies Readonly<Record<string, Bilingual>>;
export type Conclusion = keyof typeof conclusions;

/** A portable meter's word on the scene: ppm for CO, %LEL for combustible gas. */
export interface SceneReading {
  readonly gas: "co" | "combustible";
  readonly value: number;
}

/** One case as the rules of its flow see it. */
export interface Case {
  readonly id: string;
  readonly state: CaseState;
  readonly version: number;
  readonly priority: Priority;
  /** The most urgent it ever was. */
  readonly peakPriority: Priority;
  readonly level: CaseLevel;
  readonly kind: CaseKind;
  readonly source: CaseSource;
  readonly drill: boolean;
  readonly test: boolean;
  /** Which home: households of the register, else what the address says. */
  readonly home: string;
  /** What several homes have in common: `building:喜安/2`. */
  readonly group?: string;
  readonly area: string;
  readonly assignee?: string;
  readonly team?: string;
  /** Who dealt with it; the reviewer is somebody else. */
  readonly handler?: string;
  readonly conclusion?: Conclusion;
  /** The first person who signed for it. */
  readonly signedBy?: string;
  readonly signedAtMs?: number;
  /** A street or district it was raised to has not signed for it yet. */
  readonly pendingUpper: boolean;
  readonly extended: boolean;
  readonly casualty: boolean;
  readonly mergedInto?: string;
  readonly recurrenceOf?: string;
  readonly createdAtMs: number;
  /** When it came into its present state. */
  readonly enteredAtMs: number;
  /** When the present round of work began: created, or opened again. */
  readonly roundAtMs: number;
  readonly suspendedUntilMs?: number;
  /** By when it is to be handled, when somebody has said so. */
  readonly dueAtMs?: number;
}

/** What is known around a case at the moment somebody acts; gathered from the store. */
export interface CaseFacts {
  /** A gas or CO alarm of it stands. */
  readonly activeDanger: boolean;
  /** Alarms of devices among its members, tests left out. */
  readonly deviceAlarms: number;
  /** All alarms of it, tests too. */
  readonly alarms: number;
  /** Alarms nobody has signed for; for a case without alarms 1 until somebody signs. */
  readonly unsigned: number;
  /** When an alarm of it last said something, epoch ms. */
  readonly lastAlarmAtMs?: number;
  /** Gases that alarmed: each wants its own reading on the scene. */
  readonly gases: readonly SceneReading["gas"][];
  /** The newest reading of each gas since the last alarm, in this round. */
  readonly readings: readonly SceneReading[];
  /** Photos among the evidence of this round. */
  readonly photos: number;
  /** Any evidence of this round. */
  readonly evidence: number;
  /** Somebody has talked with the resident in this round. */
  readonly contacted: boolean;
  /** How long every device of it has been heard and normal; absent: it is not. */
  readonly healthyForMs?: number;
  /** Calls that reached nobody, in this round. */
  readonly failedCalls: { readonly count: number; readonly days: number };
  /** The resident was dissatisfied before. */
  readonly dissatisfiedBefore: boolean;
  readonly target?: MergeTarget;
}

/** The case another one may be merged into. */
export interface MergeTarget {
  readonly id: string;
  readonly state: CaseState;
  readonly priority: Priority;
  readonly staged: boolean;
  readonly sameHome: boolean;
  readonly sameKind: boolean;
  /** Same building, riser, floor or link, or a storm over both. */
  readonly sameCause: boolean;
}
