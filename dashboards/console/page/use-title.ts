import { useEffect } from "react";
import type { DeskAlarm } from "#domain/desk.ts";
import { isHeld, isSigned } from "../state/desk-state.ts";
import type { Link } from "../state/pulse.ts";
import { nameAlarm } from "../words/format.ts";
import { linkWord, text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";

/** The tab tells the worst even while another tab is open: `(2) !! 一氧化碳 — …`, `已断开 — …`. */
export const useTitle = (rows: readonly DeskAlarm[], link: Link): void => {
  const { say } = useWords();
  const waiting = rows.filter((alarm) => !isSigned(alarm) && !isHeld(alarm));
  const [worst] = waiting;
  const state =
    link === "lost"
      ? `${say(linkWord.lost)} — `
      : worst
        ? `(${waiting.length}) ${worst.notice.event.priority === 1 ? "!! " : ""}${say(nameAlarm(worst))} — `
        : "";
  const title = `${state}${say(text.product)}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
};
