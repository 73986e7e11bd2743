import type { Bilingual } from "./result.ts";

/** What each clock of a case waits for, and `ring`: a new or worse alarm. */
export const clockWords = {
  sign: { zh: "签收", en: "signature" },
  upper: { zh: "上级签收", en: "upper signature" },
  dispatch: { zh: "派遣", en: "dispatch" },
  take: { zh: "接单", en: "taking the job" },
  arrive: { zh: "到场", en: "arrival" },
  update: { zh: "进展更新", en: "progress" },
  review: { zh: "复核", en: "review" },
  verify: { zh: "核实", en: "verification" },
  due: { zh: "办理期限", en: "due time" },
  resume: { zh: "恢复办理", en: "going on" },
  archive: { zh: "归档", en: "archiving" },
  ring: { zh: "报警", en: "alarm" },
} as const satisfies Readonly<Record<string, Bilingual>>;
