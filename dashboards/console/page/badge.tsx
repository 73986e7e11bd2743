import type { Priority } from "#domain/alarm.ts";
import { priorityWord } from "../words/text.ts";
import { useWords } from "../words/language.tsx";

/** Urgency by shape, sign and word; colour only on top of them. */
export const Badge = ({ priority }: { readonly priority: Priority }) => {
  const { say } = useWords();
  return (
    <span className={`badge p${priority}`}>
      <span className="shape" aria-hidden="true">
        <svg viewBox="0 0 40 36">{shapes[priority]}</svg>
        <b>{signs[priority]}</b>
      </span>
      <span className="word">{say(priorityWord[priority])}</span>
    </span>
  );
};

const signs: Readonly<Record<Priority, string>> = { 1: "!!", 2: "!", 3: "x", 4: "i" };

const shapes: Readonly<Record<Priority, React.JSX.Element>> = {
  1: <rect x="3" y="2" width="34" height="32" />,
  2: <path d="M20 2 38 34H2Z" />,
  3: <path d="M20 1 38 18 20 35 2 18Z" />,
  4: <circle cx="20" cy="18" r="16" />,
};
