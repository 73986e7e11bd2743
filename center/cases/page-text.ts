import { caseStateName, caseStates } from "#domain/case.ts";
import type { Bilingual } from "#domain/result.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { ClockName } from "./clock-plans.ts";

/** What each clock asks for. */
const asks: Readonly<Record<ClockName, Bilingual>> = {
  sign: { zh: "尚未签收,请立即签收并派人", en: "nobody has signed: sign and send somebody" },
  upper: { zh: "已上报,请上级签收", en: "raised to you: sign for it" },
  dispatch: { zh: "尚未派遣,请派人", en: "nobody is on the way: dispatch somebody" },
  take: { zh: "已派遣未接单,请改派", en: "nobody has taken the job: send somebody else" },
  arrive: { zh: "人员未到场,请联系或改派", en: "nobody has arrived: call or send somebody else" },
  update: {
    zh: "久无进展,请联系现场并记录",
    en: "no word for long: call the scene and write it down",
  },
  review: { zh: "已处置,请复核", en: "handled: review it" },
  verify: { zh: "请回访核实后办结", en: "call the home back, then close" },
  due: { zh: "已到期限,请尽快处置", en: "its time is up: handle it" },
  resume: { zh: "挂账到期,请恢复办理", en: "the suspension has ended: go on" },
  archive: { zh: "待归档", en: "to be archived" },
};

const gases: Readonly<Record<string, Bilingual>> = {
  co: { zh: "一氧化碳", en: "carbon monoxide" },
  gas: { zh: "燃气", en: "gas" },
  smell: { zh: "闻到异味", en: "smell of gas" },
};

/** A page's sentence: how urgent, what, where, what to do, and for how long it has waited. */
export const clockText = (row: CaseRow, clock: ClockName, waitedMs: number): Bilingual => {
  const waited = Math.max(0, Math.round(waitedMs / 1_000));
  return sentence(row, askOf(row, clock), {
    zh: waited === 0 ? "" : `,已等 ${minutesAndSeconds(waited, "分", "秒")}`,
    en: waited === 0 ? "" : `, waiting ${minutesAndSeconds(waited, " min ", " s")}`,
  });
};

/** A signed case may have alarms that nobody has signed for: "not signed" alone would be a riddle. */
const askOf = (row: CaseRow, clock: ClockName): Bilingual =>
  clock === "sign" && row.signed_at_ms !== null
    ? {
        zh: "还有报警未签收,请打开事件逐条签收",
        en: "an alarm in it is not signed for: open the case and sign",
      }
    : asks[clock];

export const ringText = (row: CaseRow): Bilingual =>
  sentence(
    row,
    { zh: "又有报警或数值上升,请核对", en: "another alarm or a rising value: look again" },
    { zh: "", en: "" },
  );

const sentence = (row: CaseRow, ask: Bilingual, waited: Bilingual): Bilingual => {
  const what = gases[row.kind] ?? { zh: "故障", en: "fault" };
  const state = stateName(row);
  const staged =
    row.drill === 1
      ? { zh: "【演练】", en: "[DRILL] " }
      : row.test === 1
        ? { zh: "【测试】", en: "[TEST] " }
        : { zh: "", en: "" };
  return {
    zh: `${staged.zh}P${row.priority} ${what.zh} · ${row.place} · ${row.id} ${state.zh}:${ask.zh}${waited.zh}`,
    en: `${staged.en}P${row.priority} ${what.en} · ${row.place_en ?? row.place} · ${row.id}, ${state.en}: ${ask.en}${waited.en}`,
  };
};

const stateName = ({ state, signed_at_ms }: CaseRow): Bilingual => {
  const known = caseStates.find((one) => one === state);
  return known === undefined ? { zh: state, en: state } : caseStateName(known, signed_at_ms);
};

const minutesAndSeconds = (total: number, minutes: string, seconds: string): string =>
  `${total < 60 ? "" : `${Math.floor(total / 60)}${minutes}`}${total % 60}${seconds}`;
