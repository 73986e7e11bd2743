import type { DeskAlarm } from "#domain/desk.ts";
import { worsenedAfterSigning } from "../state/sound-plan.ts";
import { isSelfTest } from "../state/sort-alarms.ts";
import { heldWord, text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";

interface Props {
  readonly alarm: DeskAlarm;
  readonly away: boolean;
}

/** What must be known of this record before acting on it. */
export const Marks = ({ alarm, away }: Props) => {
  const { say } = useWords();
  const { held, chatter } = alarm.notice.event;
  return (
    <>
      {alarm.notice.drill && <strong className="mark staged">{say(text.drill)}</strong>}
      {isSelfTest(alarm) && <strong className="mark staged">{say(text.test)}</strong>}
      {worsenedAfterSigning(alarm) && <strong className="mark">{say(text.worsened)}</strong>}
      {away && <span className="mark">{say(text.arrivedWhileAway)}</span>}
      {held && (
        <strong className="mark" title={`${held.who}:${held.reason}`}>
          {say(text.heldBy(heldWord[held.by], held.who))}
        </strong>
      )}
      {chatter !== undefined && (
        <span className="mark" title={say(text.chatterHint)}>
          {say(text.chatter(chatter))}
        </span>
      )}
      {alarm.notice.event.late && (
        <span className="mark" title={say(text.takenLateHint)}>
          {say(text.takenLate)}
        </span>
      )}
      {alarm.unstored === true && (
        <strong className="mark" title={say(text.unstoredHint)}>
          {say(text.unstored)}
        </strong>
      )}
      {!alarm.durable && (
        <span className="mark" title={say(text.notDurableHint)}>
          {say(text.notDurable)}
        </span>
      )}
      {alarm.late && (
        <span className="mark" title={say(text.lateHint)}>
          {say(text.late)}
        </span>
      )}
    </>
  );
};
