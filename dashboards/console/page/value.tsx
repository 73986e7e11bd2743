import { isDanger } from "#domain/alarm.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import { shownValue } from "../state/shown-value.ts";
import { formatAge, formatLevel, formatSpan } from "../words/format.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { useNowMs } from "./pulse-context.tsx";

/** The level with its age: `310 ppm · 3 s 前`. Stale is greyed, unknown says so, none says why. */
export const Value = ({ alarm }: { readonly alarm: DeskAlarm }) => {
  const { say } = useWords();
  const nowMs = useNowMs();
  const value = shownValue(alarm, nowMs);

  switch (value.kind) {
    case "level":
      return (
        <span className={value.stale ? "value stale" : "value"}>
          <b>{formatLevel(value.level)}</b>
          {" · "}
          {value.stale
            ? say(text.stale(say(formatSpan(nowMs - value.atMs))))
            : say(formatAge(nowMs - value.atMs))}
        </span>
      );
    case "unknown":
      return (
        <span className="value stale">
          <b>{say(text.stateUnknown)}</b>
          {value.level && value.atMs !== undefined && (
            <>
              {" · "}
              {say(text.lastKnown)} {formatLevel(value.level)} ·{" "}
              {say(formatAge(nowMs - value.atMs))}
            </>
          )}
        </span>
      );
    case "none":
      return isDanger(alarm.notice.event.alarmClass) ? (
        <span className="value">{say(text.deviceVerdict)}</span>
      ) : undefined;
  }
};
