import { memo } from "react";
import type { DeskAlarm } from "#domain/desk.ts";
import { isHeld, isSigned } from "../state/desk-state.ts";
import { nameAlarm, namePlace } from "../words/format.ts";
import { text } from "../words/text.ts";
import { ruleWord } from "../words/rule-words.ts";
import { useWords } from "../words/language.tsx";
import { Badge } from "./badge.tsx";
import { CaseState, Elapsed } from "./case-state.tsx";
import { Marks } from "./marks.tsx";
import { rowId } from "./use-duty-keys.ts";
import type { Signing } from "./use-signing.ts";
import { Value } from "./value.tsx";

interface Props {
  readonly alarm: DeskAlarm;
  readonly selected: boolean;
  readonly away: boolean;
  /** Something is told of many homes, and this is one of them. */
  readonly oneOfMany: boolean;
  readonly signing: Signing | undefined;
  readonly onChoose: (episode: string) => void;
  readonly onSign: (alarm: DeskAlarm) => void;
}

/** One alarm: how urgent, what, where, how much and how old that is, who owns it, and the one button. */
export const AlarmRow = memo(
  ({ alarm, selected, away, oneOfMany, signing, onChoose, onSign }: Props) => {
    const { say } = useWords();
    const { event, where } = alarm.notice;
    const signed = isSigned(alarm);
    const what = say(nameAlarm(alarm));
    const place = say(namePlace(alarm));
    const classes = [
      "alarm",
      `p${event.priority}`,
      signed || isHeld(alarm) ? "signed" : "unsigned",
      alarm.condition,
    ];

    return (
      <li
        id={rowId(alarm.episode)}
        className={classes.join(" ")}
        tabIndex={selected ? 0 : -1}
        aria-current={selected}
        onFocus={() => onChoose(alarm.episode)}
        onPointerDown={() => onChoose(alarm.episode)}
      >
        <span className="bar" aria-hidden="true" />
        <Badge priority={event.priority} />
        <div className="facts">
          <p className="what">
            <strong>{what}</strong> <Value alarm={alarm} />
          </p>
          <p className={where.address === undefined ? "where unknown" : "where"}>{place}</p>
          <p className="how">
            <CaseState alarm={alarm} />
            <Marks alarm={alarm} away={away} />
            {/* Two alarms of one detector differ by their rule. */}
            <span>{say(ruleWord[event.rule])}</span>
            {oneOfMany && <span className="mark">{say(text.partOf)}</span>}
          </p>
          {signing?.kind === "failed" && !signed && <p className="trouble">{say(signing.why)}</p>}
        </div>
        <Elapsed alarm={alarm} />
        {!signed && (
          <button
            type="button"
            className="sign"
            aria-keyshortcuts={selected ? "F2" : undefined}
            aria-disabled={signing?.kind === "sending"}
            onClick={() => onSign(alarm)}
          >
            {say(signing?.kind === "sending" ? text.signing : text.sign)}
            {/* A screen reader hears which one; the eye sees it from the row. */}
            <span className="unseen">
              {" "}
              {place} {what}
            </span>
            {selected && <kbd>F2</kbd>}
          </button>
        )}
      </li>
    );
  },
);
