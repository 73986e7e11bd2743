import { useEffect } from "react";
import type { DeskAlarm } from "#domain/desk.ts";
import { isSigned } from "../state/desk-state.ts";
import { firstUnsigned } from "../state/sort-alarms.ts";
import type { SideView } from "./side.tsx";

interface Keys {
  readonly rows: readonly DeskAlarm[];
  readonly selected: DeskAlarm | undefined;
  readonly choose: (episode: string) => void;
  readonly sign: (alarm: DeskAlarm) => void;
  readonly show: (view: SideView | undefined) => void;
}

/**
 * `F2` signs for the selected alarm and nothing else; on one that is signed for it goes to the first
 * that is not. `↑` `↓` move through the list, `Enter` opens the case of the selected alarm, `Esc`
 * closes what stands beside the list and never touches an alarm. Function keys, because a Chinese input method swallows
 * letters.
 */
export const useDutyKeys = (keys: Keys): void => {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (isComposing(event) || hasModifier(event)) return;
      if (event.key === "F2") {
        event.preventDefault();
        // A key held down is one wish, not many.
        if (!event.repeat) signSelected(keys);
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && isOnList(event)) {
        event.preventDefault();
        move(keys, event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && keys.selected && isOnRow(event)) {
        event.preventDefault();
        keys.show({ kind: "case", id: keys.selected.case.id });
      } else if (event.key === "Escape") {
        keys.show(undefined);
        if (keys.selected) focusRow(keys.choose, keys.selected.episode);
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [keys]);
};

const signSelected = ({ rows, selected, choose, sign }: Keys): void => {
  if (selected === undefined) return;
  const next = isSigned(selected) ? firstUnsigned(rows) : undefined;
  if (next === undefined) sign(selected);
  else focusRow(choose, next.episode);
};

const move = ({ rows, selected, choose }: Keys, by: 1 | -1): void => {
  const at = rows.findIndex(({ episode }) => episode === selected?.episode);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next !== undefined) focusRow(choose, next.episode);
};

const focusRow = (choose: (episode: string) => void, episode: string): void => {
  choose(episode);
  document.getElementById(rowId(episode))?.focus();
};

/** The element of an alarm's row. */
export const rowId = (episode: string): string => `alarm-${episode}`;

/** Not on a button within it, whose own key Enter is. */
const isOnRow = ({ target }: KeyboardEvent): boolean =>
  target === document.body || (target instanceof Element && target.matches(".alarm"));

const isOnList = ({ target }: KeyboardEvent): boolean =>
  target === document.body || (target instanceof Element && target.closest(".alarms") !== null);

const hasModifier = (event: KeyboardEvent): boolean =>
  event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;

/** Keys that belong to an input method; 229 is how older ones say it. */
const isComposing = (event: KeyboardEvent): boolean =>
  event.isComposing || event.key === "Process" || event.keyCode === 229;
