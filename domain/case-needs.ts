/** What somebody must bring along for a step; each answers what is missing, or nothing. */
import { sceneLimits } from "./case-limits.ts";
import { isDangerKind, isOpen, type SceneReading } from "./case.ts";
import type { Attempt } from "./case-guards.ts";
import { arrivalWithinM, type CheckedInput } from "./case-input.ts";
import type { Bilingual } from "./result.ts";

export type Need = (input: CheckedInput, attempt: Attempt) => Bilingual | undefined;

const dayMs = 24 * 3_600_000;
/** Longest suspension. Source: `people.md` §6.2, T20. */
export const suspendAtMostDays = { community_lead: 7, street_lead: 30 } as const;
/** So many calls on so many days that reach nobody end the calling. Source: `people.md` §6.3. */
export const callsThatReachNobody = { count: 3, days: 2 } as const;

const unless = (holds: boolean, zh: string, en: string): Bilingual | undefined =>
  holds ? undefined : { zh, en };

export const needs = {
  reason: ({ reason }) => unless(reason !== undefined, "请填写理由", "give a reason"),

  assigneeOrTeam: ({ assignee, team, assigneeWorksHere }) =>
    assignee === undefined
      ? unless(team !== undefined, "请指定人员或队伍", "name an assignee or a team")
      : // A page to nobody reaches nobody, and only the named one could take the job.
        unless(
          assigneeWorksHere === true,
          `${assignee} 不能接单:没有这个账号,或不是本辖区的网格员、技术员。请改派能接单的人或队伍`,
          `${assignee} could not take the job: no active account, or not a grid worker or technician of this area; name somebody who is, or a team`,
        ),

  arrivalProof: ({ distanceM, doorCodeFits, reason }) =>
    unless(
      reason !== undefined ||
        doorCodeFits === true ||
        (distanceM !== undefined && distanceM <= arrivalWithinM),
      `未证实到场:请在住户 ${arrivalWithinM} 米内定位,或扫门牌码,或填写理由`,
      `arrival is not proven: a position within ${arrivalWithinM} m, the code at the door, or a reason`,
    ),

  conclusion: ({ conclusion }) =>
    unless(conclusion !== undefined, "请选择结论(C1–C12)", "choose a conclusion (C1–C12)"),

  photo: (_input, { facts }) =>
    unless(facts.photos > 0, "请至少上传一张现场照片", "add at least one photo from the scene"),

  contact: ({ contact }, { theCase, facts }) =>
    unless(
      contact !== undefined || (theCase.priority > 2 && facts.contacted),
      "请记录与住户的联系:与谁、方式、内容",
      "record the contact with the resident: with whom, how, what was said",
    ),

  urgentReading: (input, attempt) =>
    attempt.theCase.priority === 1 ? readingsMissing(input, attempt) : undefined,

  dangerReading: (input, attempt) => readingsMissing(input, attempt),

  dangerProof: (input, attempt) => {
    const { theCase, facts, as } = attempt;
    if (!isDangerKind(theCase.kind) || as.has("system")) return;
    // Less urgent ones may show by other evidence why the air is safe, unless a meter said otherwise.
    return theCase.peakPriority > 1 && facts.evidence > 0
      ? measuredDanger(input, attempt)
      : (readingsMissing(input, attempt) ?? measuredDanger(input, attempt));
  },

  verifyResult: ({ verify }, { facts, as }) => {
    if (as.has("system")) return;
    if (verify === undefined) {
      return { zh: "请填写回访结果", en: "give the result of the call back" };
    }
    if (!verify.reached) {
      const { count, days } = facts.failedCalls;
      return unless(
        count >= callsThatReachNobody.count && days >= callsThatReachNobody.days,
        `未联系上住户:须在 ${callsThatReachNobody.days} 天内至少呼叫 ${callsThatReachNobody.count} 次(现 ${count} 次、${days} 天)`,
        `the resident was not reached: it takes ${callsThatReachNobody.count} calls on ${callsThatReachNobody.days} days (now ${count} on ${days})`,
      );
    }
    if (verify.safe === undefined) {
      return { zh: "请填写屋里是否安全", en: "say whether the home is safe" };
    }
    if (!verify.safe || verify.deviceWorks === false) {
      return {
        zh: "住户未确认安全或设备不正常,请核实不通过并重办",
        en: "the home is not confirmed safe, or its device does not work: fail the verification",
      };
    }
    return unless(
      verify.satisfied !== "no" || facts.dissatisfiedBefore,
      "住户不满意,请核实不通过并重办一次",
      "the resident is dissatisfied: fail the verification once and do it again",
    );
  },

  external: ({ external }) =>
    unless(
      external !== undefined,
      "请填写联动单位与通话记录",
      "say who was called in and what came of it",
    ),

  suspendUntil: ({ dueAtMs }, { as, nowMs }) => {
    const days = as.has("street_lead") ? suspendAtMostDays.street_lead : 7;
    return unless(
      dueAtMs !== undefined && dueAtMs > nowMs && dueAtMs - nowMs <= days * dayMs,
      `请填写挂账期限,最长 ${days} 天`,
      `say until when, at most ${days} days from now`,
    );
  },

  interim: ({ interim }) =>
    unless(
      interim !== undefined,
      "请填写挂账期间的临时防护措施",
      "say what protects the home meanwhile",
    ),

  dueOrReason: ({ reason }, { theCase, nowMs }) =>
    unless(
      reason !== undefined || nowMs >= (theCase.suspendedUntilMs ?? 0),
      "挂账未到期:请说明恢复理由,例如配件已到",
      "it is not due yet: say why it goes on, such as that the part has come",
    ),

  newDue: ({ dueAtMs }, { theCase, nowMs }) =>
    unless(
      dueAtMs !== undefined && dueAtMs > nowMs && dueAtMs > (theCase.dueAtMs ?? 0),
      "请填写晚于现在和原期限的新期限",
      "give a new due time after now and after the old one",
    ),

  instruction: ({ instruction }) =>
    unless(instruction !== undefined, "请填写督办要求", "give the instruction"),

  mergeTarget: ({ target }, { theCase, facts }) => {
    const other = facts.target;
    if (target === undefined || other === undefined) {
      return { zh: "请指定存在的主事件", en: "name the main case, one that exists" };
    }
    if (other.id === theCase.id || !isOpen(other.state) || other.state === "suspended") {
      return { zh: "主事件须是另一件在办事件", en: "the main case must be another one under way" };
    }
    if (other.staged !== (theCase.drill || theCase.test)) {
      return {
        zh: "演练或测试不能与真实事件合并",
        en: "drills and tests are never merged with what is real",
      };
    }
    if (other.priority > theCase.priority) {
      return {
        zh: "主事件的级别不得低于被并事件",
        en: "the main case must be at least as urgent as this one",
      };
    }
    return unless(
      (other.sameHome && other.sameKind) || other.sameCause,
      "只能并入同户同类或同源的事件",
      "only into a case of the same home and kind, or of the same cause",
    );
  },

  higherPriority: ({ priority }, { theCase }) =>
    unless(
      priority !== undefined && priority < theCase.priority,
      "请填写更高的级别",
      "give a more urgent priority",
    ),

  cause: ({ cause }) => unless(cause !== undefined, "请填写原因", "give the cause"),
} as const satisfies Readonly<Record<string, Need>>;

export type NeedName = keyof typeof needs;

/** Each gas that alarmed wants its own reading, taken since the last alarm and below the limit. */
const readingsMissing = (input: CheckedInput, attempt: Attempt): Bilingual | undefined => {
  const { gases } = attempt.facts;
  const known = readingsOf(input, attempt);
  const wanted: readonly SceneReading["gas"][] = gases.length === 0 ? ["combustible"] : gases;
  for (const gas of wanted) {
    const last = known.findLast((one) => one.gas === gas);
    const missing = last === undefined ? notMeasured(gas) : tooHigh(last);
    if (missing !== undefined) return missing;
  }
  return undefined;
};

/** A gas that was last measured above its limit, whether it alarmed or not. */
const measuredDanger = (input: CheckedInput, attempt: Attempt): Bilingual | undefined => {
  const last = new Map(readingsOf(input, attempt).map((one) => [one.gas, one]));
  return [...last.values()].map(tooHigh).find((one) => one !== undefined);
};

const readingsOf = (input: CheckedInput, { facts }: Attempt): readonly SceneReading[] => [
  ...facts.readings,
  ...(input.readings ?? []),
];

const notMeasured = (gas: SceneReading["gas"]): Bilingual => {
  const { below, unit, name } = sceneLimits[gas];
  return {
    zh: `缺少报警之后的现场${name.zh}便携读数,须低于 ${below} ${unit}`,
    en: `no portable reading of ${name.en} on the scene since the alarm; it must be below ${below} ${unit}`,
  };
};

const tooHigh = ({ gas, value }: SceneReading): Bilingual | undefined => {
  const { below, unit, name } = sceneLimits[gas];
  return unless(
    value < below,
    `现场${name.zh}读数 ${value} ${unit} 未低于 ${below} ${unit}`,
    `the reading of ${name.en} on the scene, ${value} ${unit}, is not below ${below} ${unit}`,
  );
};
