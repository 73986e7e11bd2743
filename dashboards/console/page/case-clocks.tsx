import type { CaseDetail } from "#domain/case-view.ts";
import { caseText, clockWord } from "../words/case-words.ts";
import { formatClock, formatMoment, formatTimer } from "../words/format.ts";
import { useWords } from "../words/language.tsx";
import { useNowMs } from "./pulse-context.tsx";

const dayMs = 24 * 3_600_000;

/** Running clocks, the next first: by when what is due, and how long that still is. */
export const CaseClocks = ({ clocks }: Pick<CaseDetail, "clocks">) => {
  const { say } = useWords();
  const nowMs = useNowMs();
  if (clocks.length === 0) return undefined;
  return (
    <section>
      <h3>{say(caseText.clocks)}</h3>
      <ul className="lines">
        {clocks
          .toSorted((a, b) => a.dueAtMs - b.dueAtMs)
          .map(({ clock, dueAtMs, repeats }) => {
            const leftMs = dueAtMs - nowMs;
            const at = leftMs < dayMs ? formatClock(dueAtMs) : formatMoment(dueAtMs);
            return (
              <li key={clock}>
                <b>{say(clockWord(clock))}</b>{" "}
                {say(leftMs > 0 ? caseText.clockDue(at) : caseText.clockLate(at))}
                {leftMs > 0 && leftMs < dayMs && <time> · {formatTimer(leftMs)}</time>}
                {repeats > 0 && ` · ×${repeats}`}
              </li>
            );
          })}
      </ul>
    </section>
  );
};
