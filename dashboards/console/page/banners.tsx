import type { DeskGateway } from "#domain/desk.ts";
import { formatClock, formatTimer } from "../words/format.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { usePulse } from "./pulse-context.tsx";

/** A page that lost its stream says so, large. */
export const LinkBanner = () => {
  const { say } = useWords();
  const { link, everHeard, nowMs, silentMs } = usePulse();
  if (link === "live") return undefined;
  const [what, then] = !everHeard
    ? [text.linkNever, text.linkNeverThen]
    : link === "shaky"
      ? [text.linkShaky, text.linkShakyThen]
      : [text.linkLost, text.linkLostThen(formatClock(nowMs))];
  return (
    <p className={`banner ${link}`} role={link === "lost" ? "alert" : "status"}>
      <span>
        {say(what)} <time aria-hidden="true">{formatTimer(silentMs)}</time> — {say(then)}
      </span>
    </p>
  );
};

export const SilentSeatBanner = ({ onGoOnDuty }: { readonly onGoOnDuty: () => void }) => {
  const { say } = useWords();
  return (
    <p className="banner lost" role="alert">
      {say(text.seatSilent)}
      <button type="button" onClick={onGoOnDuty}>
        {say(text.goOnDuty)}
      </button>
    </p>
  );
};

/** Staged alarms are marked everywhere, so that nobody runs for nothing and nobody ignores a real one. */
export const DrillBanner = ({ gateways }: { readonly gateways: readonly DeskGateway[] }) => {
  const { say } = useWords();
  const staged = gateways.filter(({ drill }) => drill).map(({ id }) => id);
  if (staged.length === 0) return undefined;
  return <p className="banner drill">{say(text.drillBanner(staged.join("、")))}</p>;
};

interface AwayProps {
  readonly count: number;
  readonly onSeen: () => void;
}

export const AwayBanner = ({ count, onSeen }: AwayProps) => {
  const { say } = useWords();
  if (count === 0) return undefined;
  return (
    <p className="banner shaky" role="status">
      {say(text.cameWhileAway(count))}
      <button type="button" onClick={onSeen}>
        {say(text.seenThem)}
      </button>
    </p>
  );
};
