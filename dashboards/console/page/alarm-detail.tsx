import type { ReactNode } from "react";
import type { DeskAlarm } from "#domain/desk.ts";
import { peakLevel } from "../state/peak-level.ts";
import { formatLevel, formatMoment, nameAlarm, returnedWord } from "../words/format.ts";
import { actionWord, text } from "../words/text.ts";
import { caseText } from "../words/case-words.ts";
import { clauseWord, ruleWord } from "../words/rule-words.ts";
import { useWords } from "../words/language.tsx";
import { Badge } from "./badge.tsx";
import { CaseState } from "./case-state.tsx";
import { Marks } from "./marks.tsx";
import { useNowMs } from "./pulse-context.tsx";
import { Value } from "./value.tsx";

interface Props {
  readonly alarm: DeskAlarm;
  readonly onOpenCase: () => void;
}

/** Everything known of the selected alarm, the address and the gas large enough to read aloud. */
export const AlarmDetail = ({ alarm, onOpenCase }: Props) => {
  const { say } = useWords();
  const { event, where } = alarm.notice;
  const peak = peakLevel(alarm, useNowMs());
  const address = where.address;
  const parts = [
    address?.community,
    address?.building,
    address?.riser,
    address?.floor,
    address?.room,
  ];

  return (
    <section className="detail" aria-label={say(text.selected)}>
      <h2>
        <Badge priority={event.priority} /> {say(nameAlarm(alarm))}
      </h2>
      <p className={address === undefined ? "address unknown" : "address"}>
        {address?.text ?? say(text.addressUnknown)}
      </p>
      <p className="how">
        <CaseState alarm={alarm} />
        {alarm.condition === "returned" && (
          <span className="state">{say(returnedWord(alarm))}</span>
        )}
        <Marks alarm={alarm} away={false} />
      </p>
      <dl>
        <Fact name={say(text.value)}>
          <Value alarm={alarm} />
        </Fact>
        <Fact name={say(text.peak)}>{peak && formatLevel(peak)}</Fact>
        <Fact name={say(text.cause)}>{say(event.cause.text)}</Fact>
        <Fact name={say(text.basis)}>{say(clauseWord(event.cause.source))}</Fact>
        <Fact name={say(text.alarmAt)}>{formatMoment(alarm.firstAtMs)}</Fact>
        <Fact name={say(text.receivedAt)}>{formatMoment(alarm.receivedAtMs)}</Fact>
        <Fact name={say(text.position)}>
          {where.gateway} · {where.position.line} · {where.position.place}
        </Fact>
        <Fact name={say(text.detector)}>
          {event.detector}
          {where.profile && ` (${where.profile})`}
        </Fact>
        <Fact name={say(text.rule)}>
          {say(ruleWord[event.rule])} · {event.cause.ruleSet}
        </Fact>
        <Fact name={say(text.caseId)}>{alarm.case.id}</Fact>
      </dl>
      <button type="button" onClick={onOpenCase}>
        {say(caseText.openCase)} {alarm.case.id} <kbd>Enter</kbd>
      </button>
      <Actions actions={alarm.actions ?? []} />
      {parts.some(Boolean) && <p className="parts">{parts.filter(Boolean).join(" · ")}</p>}
    </section>
  );
};

/** Who held what back, why and until when; and when that ended. */
const Actions = ({ actions }: { readonly actions: NonNullable<DeskAlarm["actions"]> }) => {
  const { say } = useWords();
  if (actions.length === 0) return undefined;
  return (
    <>
      <h3>{say(text.actions)}</h3>
      <ul className="actions">
        {actions.map(({ id, kind, by, reason, at, untilWallMs }) => (
          <li key={id}>
            {formatMoment(at.wallMs)} <b>{say(actionWord[kind])}</b> {by}
            {reason !== "" && reason !== by && ` · ${reason}`}
            {untilWallMs !== undefined && ` · ${say(text.untilTime(formatMoment(untilWallMs)))}`}
          </li>
        ))}
      </ul>
    </>
  );
};

/** A fact that is not known is left out, never shown as an empty or normal value. */
const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) =>
  children ? (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  ) : undefined;
