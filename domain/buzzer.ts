import type { Gas } from "./gas.ts";
import type { Bilingual } from "./result.ts";

/**
 * T3: three half-second tones, 1.5 s pause (gas, smoke). T4: four 0.1 s tones, 5 s pause (CO).
 * Source: NFPA 72 and UL 2034 patterns, `docs/standards.md` §4.4. `chirp`: one short tone a minute,
 * for faults and self-tests, never for gas or CO; Canary's own.
 */
export type BuzzerPattern = "t3" | "t4" | "chirp";

/** Why a buzzer sounds for gas or CO, the most telling first; shown in words wherever it sounds. */
export const dangerCauses = ["always", "link-lost", "no-receipt", "no-ack"] as const;
export type DangerCause = (typeof dangerCauses)[number];

/** Everything a buzzer may sound for. */
export const buzzerCauses = [...dangerCauses, "dead-man", "fault", "self-test"] as const;
export type BuzzerCause = (typeof buzzerCauses)[number];

/** What a buzzer shall do. Actuators follow state: setting twice is harmless. */
export type BuzzerCommand =
  | { readonly state: "off" }
  | {
      readonly state: "on";
      readonly pattern: BuzzerPattern;
      readonly cause: BuzzerCause;
      /** The cause in words, for a display beside the sounder. */
      readonly text?: Bilingual;
      /** A self-test: nobody need act. */
      readonly test?: true;
    };

export const patternFor = (gas: Gas): "t3" | "t4" => (gas === "co" ? "t4" : "t3");

/** What the judgement of one detector asks of the buzzers that serve it; CO outranks gas. */
export type Sounding = "none" | "gas" | "co";

/** What happened, and what whoever hears it should do. */
export const causeWords: Readonly<Record<BuzzerCause, Bilingual>> = {
  always: {
    zh: "燃气或一氧化碳达到危险值。请先到室外,再打电话求助",
    en: "gas or CO is at the danger level. Go outdoors first, then call for help",
  },
  "link-lost": {
    zh: "燃气或一氧化碳报警,且与街道中心的通信中断。听到的人请立即处置,并电话通知街道",
    en: "gas or CO alarm, and the link to the street center is lost. Whoever hears this must act, and phone the street",
  },
  "no-receipt": {
    zh: "燃气或一氧化碳报警,街道中心已连接但未确认收到。听到的人请立即处置,并电话通知街道",
    en: "gas or CO alarm, and the street center is connected but has not confirmed it. Whoever hears this must act, and phone the street",
  },
  "no-ack": {
    zh: "燃气或一氧化碳报警,限定时间内无人签收。听到的人请立即处置并签收",
    en: "gas or CO alarm, and nobody has signed for it in time. Whoever hears this must act and sign for it",
  },
  "dead-man": {
    zh: "有报警未结束时网关停止工作,由独立看守鸣响。请立即到现场处置,并检查网关",
    en: "the gateway stopped working with an alarm open; the dead-man sounds in its place. Go and act, and check the gateway",
  },
  fault: {
    zh: "探测器或设备故障,请查看网关页面",
    en: "a detector or device is faulty; see the gateway's page",
  },
  "self-test": {
    zh: "定期自检,不是报警,无需处置",
    en: "scheduled self-test, no alarm, nothing to do",
  },
};
