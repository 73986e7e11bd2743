import type { CaseView } from "#domain/case-view.ts";
import { caseStateName } from "#domain/case.ts";
import { caseText, toldWord } from "../words/case-words.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { Badge } from "./badge.tsx";

interface Props {
  readonly cases: readonly CaseView[];
  readonly onOpen: (id: string) => void;
}

/** Cases that want a signature and have no alarm in the queue, above it: opened and signed for there. */
export const CaseHeads = ({ cases, onOpen }: Props) => {
  const { say } = useWords();
  if (cases.length === 0) return undefined;
  return (
    <section className="street" aria-label={say(caseText.casesToSign)}>
      <ul>
        {cases.map(({ id, kind, priority, place, title, state, signedAtMs, drill }) => (
          <li key={id}>
            <Badge priority={priority} />
            <div>
              <p>
                {toldWord[kind] && <strong>{say(toldWord[kind])}</strong>}
                <strong>{title ? say(title) : place}</strong>
                {drill && <strong className="mark staged">{say(text.drill)}</strong>}
              </p>
              <p>
                {say(caseStateName(state, signedAtMs))} · {say(caseText.signInCase)}
              </p>
            </div>
            <button type="button" className="primary" onClick={() => onOpen(id)}>
              {say(caseText.openIt(id))}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
};
