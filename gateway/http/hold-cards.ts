/** The board's list of what is held back by hand, with who, why, until when, and the way to end it. */
import type { Bilingual } from "#domain/result.ts";
import { escape, holdWords, spanText, words } from "./board-words.ts";
import { dayText, heldWord, holdPhrases } from "./hold-words.ts";
import type { BoardEnded, BoardHold } from "./holds.ts";

type Say = (text: Bilingual) => string;

interface Look {
  readonly say: Say;
  readonly nowMs: number;
  readonly placeText: (at: BoardHold | BoardEnded) => string;
  /** Whose board it is at this moment. */
  readonly person: string | undefined;
  /** Anybody could act here. */
  readonly canAct: boolean;
}

/** Where a deed on a detector is sent; the page's script reads it. */
export const detectorPath = (detector: string): string =>
  escape(`/api/v1/detectors/${encodeURIComponent(detector)}`);

export const holdList = (holds: readonly BoardHold[], look: Look): string =>
  holds.length === 0
    ? ""
    : `<h2>${look.say(holdPhrases.holds)} (${holds.length})</h2><div class="holds">${holds.map((one) => holdCard(one, look)).join("")}</div>`;

export const endedList = (ended: readonly BoardEnded[], look: Look): string =>
  ended.length === 0
    ? ""
    : `<h2>${look.say(holdPhrases.ended)} (${ended.length})</h2><div class="ended">${ended.map((one) => endedCard(one, look)).join("")}</div>`;

const holdCard = (hold: BoardHold, { say, nowMs, placeText, canAct }: Look): string => {
  const { kind, rule, by, reason, untilMs } = hold;
  const [deed, name] =
    kind === "shelved"
      ? (["unshelve", holdPhrases.unshelve] as const)
      : (["return-to-service", holdPhrases.returnToService] as const);
  const button = canAct
    ? `<div class="deeds"><button type="button" class="second" data-deed="${deed}">${say(name)}</button></div>`
    : "";
  return `<article class="hold" data-at="${detectorPath(hold.detector)}" data-rule="${rule}"><p class="what"><span class="mark">=</span> ${say(holdWords[kind])} · ${say(heldWord(rule))}</p>
<p class="place">${placeText(hold)}</p><p class="hushed">${escape(by)}:${escape(reason)} · <span data-until="${untilMs}">${spanText(untilMs - nowMs)}</span> ${say(words.ringsAgain)} (${say(holdPhrases.until)} ${dayText(untilMs)})</p>${button}</article>`;
};

const endedCard = (ended: BoardEnded, { say, placeText, person }: Look): string => {
  const { id, kind, rule, by, reason, endedAtMs } = ended;
  const button =
    person === by
      ? `<div class="deeds"><button type="button" class="second" data-deed="seen">${say(holdPhrases.seen)}</button></div>`
      : "";
  return `<article class="over" data-at="${escape(`/api/v1/ended-holds/${encodeURIComponent(id)}`)}"><p class="what"><span class="mark">i</span> ${say(holdWords[kind])} · ${say(heldWord(rule))} · ${say(holdPhrases.endedAt)} ${dayText(endedAtMs)}</p>
<p class="place">${placeText(ended)}</p><p class="meta">${escape(by)}:${escape(reason)}</p>${button}</article>`;
};
