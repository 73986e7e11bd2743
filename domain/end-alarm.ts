/**
 * Whether a person may say that an alarm is over. Only its gateway ends an alarm; a person may where
 * that gateway has forgotten it and somebody has measured on the scene. Pure.
 * See docs/decisions/0014-the-newest-word.md.
 */
import { isDanger, type AlarmClass } from "./alarm.ts";
import { sceneLimits } from "./case-limits.ts";
import type { SceneReading } from "./case.ts";
import type { Bilingual } from "./result.ts";

/** What is to be expected of an alarm's own gateway. */
export const gatewayWords = [
  "stands", // It is heard, and its newest picture names the alarm.
  "behind", // It is heard, and has said nothing of the detector since the alarm's newest event.
  "lost", // It is not heard.
  "forgotten", // It is heard, and its newest picture, newer than the alarm, does not name it.
  "gone", // The register says that the gateway or the detector hangs there no more.
] as const;
export type GatewayWord = (typeof gatewayWords)[number];

/** What is known of an alarm at the moment somebody wants to end it. */
export interface EndFacts {
  readonly condition: "active" | "returned";
  readonly word: GatewayWord;
  readonly alarmClass: AlarmClass;
  /** The case it is worked on in is open. */
  readonly caseIsOpen: boolean;
  /** The newest of its gas on the scene since the case's last alarm, and who took it. */
  readonly reading?: SceneReading & { readonly by: string };
}

/** The gas that has to be measured on the scene; `undefined`: none, it is no gas alarm. */
export const gasToMeasure = (alarmClass: AlarmClass): SceneReading["gas"] | undefined => {
  if (!isDanger(alarmClass)) return undefined;
  return alarmClass === "co" ? "co" : "combustible";
};

/** Why `name` may not end the alarm, and what to do; `undefined`: they may. */
export const whyNotEnded = (facts: EndFacts, name: string): Bilingual | undefined => {
  if (facts.condition === "returned") return alreadyOver;
  const gas = gasToMeasure(facts.alarmClass);
  return (
    whyNotByGateway[facts.word] ?? (gas === undefined ? undefined : notMeasured(facts, gas, name))
  );
};

const alreadyOver: Bilingual = {
  zh: "该报警已恢复,无需结束",
  en: "the alarm is over already; there is nothing to end",
};

const whyNotByGateway: Readonly<Record<GatewayWord, Bilingual | undefined>> = {
  stands: {
    zh: "网关最新状态表明仍在报警,恢复由网关报告,不能人工结束。请继续处置;设备已拆除的,请到场在网关看板上确认拆除",
    en: "its gateway's newest word is that it stands, and the gateway will tell when it is over. Go on dealing with it; if the detector was taken away, whoever is there says so at the gateway's own board",
  },
  behind: {
    zh: "报警之后网关还没有报告过该探测器的状态。请等网关的下一次完整状态(重启网关即发);设备已拆除的,请先在登记中拆下",
    en: "its gateway has said nothing of the detector since the alarm. Wait for its next whole picture (a restart sends one); if the device was taken away, take it down in the register first",
  },
  lost: {
    zh: "网关失联,不知道是否仍在报警;失联多久都不能人工结束。请先找到并恢复网关;确已更换或拆除的,请先在登记中拆下探测器或停用网关",
    en: "its gateway is not heard, and nobody knows whether the alarm stands; that is no reason, however long it lasts. Find the gateway and bring it back; if it or the detector was replaced or taken away, say so in the register first",
  },
  forgotten: undefined,
  gone: undefined,
};

const notMeasured = (
  { caseIsOpen, reading }: EndFacts,
  gas: SceneReading["gas"],
  name: string,
): Bilingual | undefined => {
  const { below, unit, name: gasName } = sceneLimits[gas];
  if (!caseIsOpen) {
    return {
      zh: "该报警没有在办事件,无法核对现场读数。请先重开事件并派人到场测量",
      en: "no open case works on it, so no reading can be looked up: open the case again and have somebody measure on the scene",
    };
  }
  if (reading === undefined) {
    return {
      zh: `最后一次报警之后没有现场${gasName.zh}便携读数。请派人到场测量并记入事件,须低于 ${below} ${unit}`,
      en: `no portable reading of ${gasName.en} on the scene since the last alarm: have somebody measure and write it into the case; it must be below ${below} ${unit}`,
    };
  }
  if (!(reading.value < below)) {
    return {
      zh: `现场${gasName.zh}最新读数 ${reading.value} ${unit},未低于 ${below} ${unit}。请继续通风、关阀、疏散,再测`,
      en: `the newest reading of ${gasName.en} on the scene, ${reading.value} ${unit}, is not below ${below} ${unit}: go on airing, shutting off, getting people out, and measure again`,
    };
  }
  return reading.by === name
    ? {
        zh: "依据的现场读数是您本人记录的,请由另一位有此权限的人结束",
        en: "the reading it rests on is your own; another person with this right has to end it",
      }
    : undefined;
};
