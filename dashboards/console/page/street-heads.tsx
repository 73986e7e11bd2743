import type { StreetHead } from "../state/street.ts";
import { formatClock } from "../words/format.ts";
import { text, topicWord } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { Badge } from "./badge.tsx";

/** What many homes have in common, above their alarms. Each of these still stands and is signed by itself. */
export const StreetHeads = ({ heads }: { readonly heads: readonly StreetHead[] }) => {
  const { say } = useWords();
  if (heads.length === 0) return undefined;
  return (
    <section className="street" aria-label={say(text.manyHomes)}>
      <ul>
        {heads.map(({ view, alarms }) => (
          <li key={view.id}>
            <Badge priority={view.priority} />
            <div>
              <p>
                <strong>{say(topicWord[view.topic])}</strong>{" "}
                <time>{formatClock(view.lastAtMs)}</time>
                {view.drill && <strong className="mark staged">{say(text.drill)}</strong>}
              </p>
              <p>{say(view.text)}</p>
              <p className="how">
                {view.gateway} · {say(text.membersOnDesk(alarms.length, view.members.length))}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
};
