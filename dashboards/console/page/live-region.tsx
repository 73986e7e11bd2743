import { useEffect, useRef, useState } from "react";
import type { DeskAlarm } from "#domain/desk.ts";
import type { Bilingual } from "#domain/result.ts";
import { isHeld, isSigned } from "../state/desk-state.ts";
import { formatLevel, nameAlarm, namePlace } from "../words/format.ts";
import { priorityWord, text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";

interface Props {
  readonly alarms: ReadonlyMap<string, DeskAlarm>;
  /** What came of the person's own last act. */
  readonly message: Bilingual | undefined;
}

/** Speaks to screen readers: at once for a new urgent alarm, politely for everything else. */
export const LiveRegion = ({ alarms, message }: Props) => {
  const { say } = useWords();
  const known = useRef<ReadonlySet<string>>(new Set());
  const [spoken, setSpoken] = useState<DeskAlarm>();

  useEffect(() => {
    const urgent = [...alarms.values()].filter(
      (alarm) => alarm.notice.event.priority === 1 && !isSigned(alarm) && !isHeld(alarm),
    );
    const fresh = urgent.findLast(({ episode }) => !known.current.has(episode));
    known.current = new Set(alarms.keys());
    if (fresh !== undefined) setSpoken(fresh);
  }, [alarms]);

  return (
    <>
      <p className="unseen" aria-live="assertive" data-testid="urgent">
        {spoken && speak(spoken, say)}
      </p>
      <p className="message" role="status">
        {message && say(message)}
      </p>
    </>
  );
};

const speak = (alarm: DeskAlarm, say: (words: Bilingual) => string): string => {
  const { drill, event } = alarm.notice;
  return [
    drill && say(text.drill),
    say(priorityWord[1]),
    say(nameAlarm(alarm)),
    say(namePlace(alarm)),
    event.level && formatLevel(event.level),
  ]
    .filter(Boolean)
    .join(" ");
};
