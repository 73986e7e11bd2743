import { useState } from "react";
import type { DeskAlarm } from "#domain/desk.ts";
import { isHeld } from "../state/desk-state.ts";
import type { StreetHead } from "../state/street.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { AlarmRow } from "./alarm-row.tsx";
import { useHeldOrder } from "./use-held-order.ts";
import type { Signing } from "./use-signing.ts";

interface Props {
  /** Most urgent first. */
  readonly rows: readonly DeskAlarm[];
  readonly selected: string | undefined;
  readonly away: ReadonlySet<string>;
  /** Episodes of homes that something is told of together. */
  readonly heads: readonly StreetHead[];
  readonly signing: ReadonlyMap<string, Signing>;
  readonly onChoose: (episode: string) => void;
  readonly onSign: (alarm: DeskAlarm) => void;
}

/** Drawn at once; the rest on demand, so that a flood of thousands cannot freeze the page. */
const rowsAtOnce = 100;

export const AlarmList = ({ rows, selected, away, heads, signing, onChoose, onSign }: Props) => {
  const { say } = useWords();
  const [wanted, setWanted] = useState(rowsAtOnce);
  const { held, pointer } = useHeldOrder(rows);
  // What F2 would sign for is always on the page, however far down it stands.
  const drawn = held.filter(({ episode }, index) => index < wanted || episode === selected);
  const rest = held.length - drawn.length;
  const many = new Set(heads.flatMap(({ alarms }) => alarms));
  const list = (alarms: readonly DeskAlarm[]) => (
    <ol className="alarms">
      {alarms.map((alarm) => (
        <AlarmRow
          key={alarm.episode}
          alarm={alarm}
          selected={alarm.episode === selected}
          away={away.has(alarm.episode)}
          oneOfMany={many.has(alarm.episode)}
          signing={signing.get(alarm.episode)}
          onChoose={onChoose}
          onSign={onSign}
        />
      ))}
    </ol>
  );
  const quiet = drawn.filter(isHeld);

  return (
    <section className="queue" aria-label={say(text.alarms)} {...pointer}>
      {list(drawn.filter((alarm) => !isHeld(alarm)))}
      {quiet.length > 0 && (
        <>
          <h2 className="apart">{say(text.heldAlarms(rows.filter(isHeld).length))}</h2>
          {list(quiet)}
        </>
      )}
      {rest > 0 && (
        <button type="button" className="rest" onClick={() => setWanted(wanted + rowsAtOnce)}>
          {say(text.showRest(rest))}
        </button>
      )}
    </section>
  );
};
