import type { DeskAlarm } from "#domain/desk.ts";
import { isSigned } from "../state/desk-state.ts";
import { isDangerWaiting } from "../state/sound-plan.ts";
import { formatClock, formatTimer } from "../words/format.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { useNowMs } from "./pulse-context.tsx";

/** Who owns it, and whether the gas is still there: two facts side by side, never one. */
export const CaseState = ({ alarm }: { readonly alarm: DeskAlarm }) => {
  const { say } = useWords();
  const { acceptedBy = "", acceptedAtMs } = alarm.case;
  if (isSigned(alarm)) {
    const at = acceptedAtMs === undefined ? "" : formatClock(acceptedAtMs);
    return <span className="state owned">{say(text.signedBy(acceptedBy, at))}</span>;
  }
  return (
    <span className="state open">
      {say(alarm.condition === "returned" ? text.returnedUnsigned : text.unsigned)}
    </span>
  );
};

/** Gas and CO unsigned for this long is bold, then said in words: it should be signed for by then. */
const boldAfterMs = 30_000;
const overdueAfterMs = 60_000;

/** mm:ss since the alarm at the device, on the center's clock. Stands still once somebody owns it. */
export const Elapsed = ({ alarm }: { readonly alarm: DeskAlarm }) => {
  const { say } = useWords();
  const nowMs = useNowMs();
  const waiting = !isSigned(alarm);
  const spanMs = (waiting ? nowMs : (alarm.case.acceptedAtMs ?? nowMs)) - alarm.firstAtMs;
  const urgent = isDangerWaiting(alarm);
  return (
    <span className={urgent && spanMs >= boldAfterMs ? "elapsed late" : "elapsed"}>
      <time>{formatTimer(spanMs)}</time>
      {urgent && spanMs >= overdueAfterMs && <em>{say(text.overdue(overdueAfterMs / 1_000))}</em>}
    </span>
  );
};
