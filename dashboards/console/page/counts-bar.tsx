import type { Priority } from "#domain/alarm.ts";
import type { DeskAlarm, DeskGateway } from "#domain/desk.ts";
import { isSigned } from "../state/desk-state.ts";
import { countUnknown } from "../state/street.ts";
import { formatTimer } from "../words/format.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { Badge } from "./badge.tsx";
import { useNowMs } from "./pulse-context.tsx";

interface Props {
  readonly rows: readonly DeskAlarm[];
  readonly gateways: readonly DeskGateway[];
}

const priorities: readonly Priority[] = [1, 2, 3, 4];

/** How many of each, how many detectors nobody has heard from, and how long the longest has waited. */
export const CountsBar = ({ rows, gateways }: Props) => {
  const { say } = useWords();
  const nowMs = useNowMs();
  const since = rows
    .filter((alarm) => !isSigned(alarm))
    .reduce((oldest, { firstAtMs }) => Math.min(oldest, firstAtMs), Infinity);
  const unknown = countUnknown(gateways);

  return (
    <ul className="counts">
      {priorities.map((priority) => {
        const count = rows.filter(({ notice }) => notice.event.priority === priority).length;
        return (
          <li key={priority} className={count === 0 ? "none" : undefined}>
            <Badge priority={priority} /> <b>{count}</b>
          </li>
        );
      })}
      <li className={unknown === 0 ? "none" : undefined}>
        {say(text.unknownDetectors)} <b>{unknown}</b>
      </li>
      {since !== Infinity && (
        <li>
          {say(text.longestWaiting)} <b>{formatTimer(nowMs - since)}</b>
        </li>
      )}
    </ul>
  );
};
