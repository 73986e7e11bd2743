import { useEffect } from "react";
import type { CaseView } from "#domain/case-view.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import { isHeld, isSigned } from "../state/desk-state.ts";
import type { Link } from "../state/pulse.ts";
import { nameAlarm } from "../words/format.ts";
import { linkWord, text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";

/**
 * The tab tells the worst even while another tab is open: `(2) !! 一氧化碳 — …`, `已断开 — …`. `cases`
 * wait for a signature without an alarm.
 */
export const useTitle = (
  rows: readonly DeskAlarm[],
  cases: readonly CaseView[],
  link: Link,
): void => {
  const { say } = useWords();
  const alarms = rows.filter((alarm) => !isSigned(alarm) && !isHeld(alarm));
  const waiting = [
    ...alarms.map((alarm) => ({
      priority: alarm.notice.event.priority,
      name: say(nameAlarm(alarm)),
    })),
    ...cases.map(({ priority, title, place }) => ({ priority, name: title ? say(title) : place })),
  ];
  const worst = waiting.toSorted((a, b) => a.priority - b.priority)[0];
  const state =
    link === "lost"
      ? `${say(linkWord.lost)} — `
      : worst
        ? `(${waiting.length}) ${worst.priority === 1 ? "!! " : ""}${worst.name} — `
        : "";
  const title = `${state}${say(text.product)}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
};
