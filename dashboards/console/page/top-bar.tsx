import type { User } from "../outside/api.ts";
import type { Siren, SirenState } from "../outside/siren.ts";
import type { WorkState } from "../state/work-state.ts";
import { caseText } from "../words/case-words.ts";
import { formatAge, formatClock } from "../words/format.ts";
import { linkWord, text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { LookButtons, type Look } from "./look-buttons.tsx";
import { usePulse } from "./pulse-context.tsx";
import type { SideView } from "./side.tsx";

interface Props {
  readonly user: User;
  readonly look: Look;
  readonly siren: Siren;
  readonly sound: SirenState;
  readonly work: WorkState;
  readonly onShow: (view: SideView) => void;
  readonly onSignOut: () => void;
}

/** Who sits here, does the seat sound, is the picture alive, what time is it at the center. */
export const TopBar = ({ user, look, siren, sound, work, onShow, onSignOut }: Props) => {
  const { say } = useWords();
  return (
    <div className="top">
      <h1>{say(text.product)}</h1>
      <span className="who">{user.name}</span>
      <span className="sound">
        <span className={sound === "on" ? undefined : "silent"}>
          {say(sound === "on" ? text.soundOn : text.soundOff)}
        </span>
        {sound === "on" ? (
          <button type="button" onClick={siren.listen}>
            {say(text.listen)}
          </button>
        ) : (
          <button type="button" className="primary" onClick={siren.goOnDuty}>
            {say(text.goOnDuty)}
          </button>
        )}
      </span>
      <LinkState />
      <span className="work">
        <button type="button" onClick={() => onShow({ kind: "cases" })}>
          {say(caseText.cases(work.cases.size))}
        </button>
        <button type="button" onClick={() => onShow({ kind: "notices" })}>
          {say(caseText.notices(work.pages.length))}
        </button>
        <button type="button" onClick={() => onShow({ kind: "second-factor" })}>
          {say(caseText.secondFactor)}
        </button>
      </span>
      <LookButtons look={look} />
      <button type="button" onClick={onSignOut}>
        {say(text.signOut)}
      </button>
    </div>
  );
};

/** Clocks closer than this agree well enough for people. */
const driftShownMs = 2_000;

const LinkState = () => {
  const { say } = useWords();
  const { link, everHeard, silentMs, nowMs, driftMs } = usePulse();
  const age = say(formatAge(silentMs));
  const clock = formatClock(nowMs);
  return (
    <span className="link">
      <span>{say(link === "live" && everHeard ? text.linkLive(age) : linkWord[link])}</span>
      {everHeard && <time>{link === "lost" ? say(text.asOf(clock)) : clock}</time>}
      {Math.abs(driftMs) > driftShownMs && (
        <span className="drift">{say(text.clockDrift(Math.round(driftMs / 1_000)))}</span>
      )}
    </span>
  );
};
