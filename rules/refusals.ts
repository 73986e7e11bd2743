import type { Bilingual } from "#domain/result.ts";

/** Why a command is not carried out, in words for the person who asked. */
export const refusals = {
  nameless: {
    zh: "必须写明姓名和原因。",
    en: "A name and a reason are needed.",
  },
  unknownRule: { zh: "没有这条规则。", en: "There is no such rule." },
  nothingToSign: {
    zh: "没有待签收的报警:它不存在、已被签收,或已搁置/停用。",
    en: "There is no alarm to sign for: none, signed already, or held back.",
  },
  otherAlarm: {
    zh: "所签收的报警已结束;现在的报警是新的一次,请重新签收。",
    en: "The alarm that was signed for is over; what stands now is another one and must be signed for anew.",
  },
  worsenedSince: {
    zh: "签收之后报警已加重,请查看最新情况后重新签收。",
    en: "The alarm has worsened since the signature; look at it as it is now and sign again.",
  },
  notSigned: {
    zh: "报警未签收,不能撤回签收。",
    en: "The alarm is not signed for, so that cannot be taken back.",
  },
  notLatched: {
    zh: "不能复位:只有已恢复且已签收的锁存报警可以复位。",
    en: "Cannot be reset: only an alarm that has returned and is signed for can.",
  },
  dangerStands: {
    zh: "燃气或一氧化碳正在报警,不能搁置;停用须由到场人员确认。",
    en: "A gas or CO alarm stands: it cannot be shelved, and taken out of service only by a person on site.",
  },
  dangerByDesign: {
    zh: "燃气和一氧化碳报警不能被自动抑制。",
    en: "Gas and CO are never suppressed by design.",
  },
  alreadyHeld: { zh: "已经搁置或停用。", en: "It is held back already." },
  notHeld: { zh: "没有可解除的搁置、抑制或停用。", en: "There is nothing to lift." },
  nothingStands: {
    zh: "没有正在报警的燃气或一氧化碳报警。",
    en: "No gas or CO alarm of it stands.",
  },
  stillSpeaks: {
    zh: "该探测器 10 分钟内还在上报,不能按已拆除处理;它自己的读数会结束报警。",
    en: "This detector has spoken within the last 10 minutes: it is not gone, and its own readings end the alarm.",
  },
  notSounding: { zh: "现在没有声响。", en: "Nothing sounds." },
  notHushed: { zh: "现在没有消音。", en: "Nothing is hushed." },
  hushedAlready: { zh: "已经消音。", en: "It is hushed already." },
  hushedOnce: {
    zh: "本次报警已消音过一次,不能再次消音。请处理现场或撤离。",
    en: "This alarm has been hushed once and cannot be hushed again. Deal with its cause or get out.",
  },
  levelUnknown: {
    zh: "探测器失联或故障,现在的浓度未知,不能消音。",
    en: "The detector is silent or faulty: the level is unknown now, so it cannot be hushed.",
  },
  cannotHush: {
    zh: "不能消音:现在没有测到低于报警值的浓度且无人到场确认,或已达危险值。",
    en: "Cannot be hushed: no level below the threshold is measured now and nobody on site vouches, or it is at the danger level.",
  },
} as const satisfies Record<string, Bilingual>;
