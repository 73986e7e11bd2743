import type { Bilingual } from "#domain/result.ts";
import { ruleIds } from "#domain/alarm.ts";
import { words } from "./board-words.ts";
import { heldWord, holdPhrases, lengths } from "./hold-words.ts";

type Say = (text: Bilingual) => string;

/**
 * The forms, below the alarms and never over them: who one is, and what a hush, a reset or a hold
 * needs. The script shows what is asked for.
 */
export const drawer = (say: Say): string =>
  `<form id="drawer" hidden autocomplete="off"><p id="about"></p>
<div class="who-are-you"><label>${say(words.person)} <input id="person" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64"></label>
<label>${say(words.pin)} <input id="pin" type="password" inputmode="numeric" autocomplete="off" maxlength="12"></label>
<label>${say(words.badge)} <input id="badge" type="password" autocomplete="off" maxlength="200"></label></div>
${holding(say)}
<div class="hush-only"><label>${say(words.minutes)} <select id="minutes"><option>3</option><option selected>5</option><option>10</option></select></label></div>
<label class="reason-only">${say(words.reason)} <input id="reason" maxlength="200" data-hush="${say(words.reasonHint)}" data-reset="${say(words.resetHint)}" data-hold="${say(holdPhrases.holdHint)}"></label>
<div class="on-site-only"><label class="tick"><input id="on-site" type="checkbox"> ${say(words.onSite)}</label></div>
<p id="problem" role="alert"></p>
<div class="deeds"><button type="submit" id="do" data-acknowledge="${say(words.sign)}" data-hush="${say(words.hush)}" data-reset="${say(words.reset)}" data-identify="${say(words.identify)}" data-hold="${say(holdPhrases.hold)}" data-unshelve="${say(holdPhrases.unshelve)}" data-return-to-service="${say(holdPhrases.returnToService)}" data-seen="${say(holdPhrases.seen)}"></button><button type="button" class="second" data-deed="close">${say(words.cancel)}</button></div></form>
<noscript><p class="hint">${say(words.noScript)}</p></noscript>`;

/** Nothing is chosen beforehand: who holds back says what, and for how long. */
const holding = (say: Say): string => {
  const shelvable = ruleIds
    .map(
      (rule) => `<option value="${rule}">${say(holdPhrases.shelve)}${say(heldWord(rule))}</option>`,
    )
    .join("");
  const times = lengths
    .map(({ minutes, text }) => `<option value="${minutes}">${say(text)}</option>`)
    .join("");
  return `<div class="hold-only"><p class="field"><label for="held">${say(holdPhrases.what)}</label><select id="held" data-missing="${say(holdPhrases.missing)}"><option value="">${say(holdPhrases.choose)}</option><option value="all">${say(holdPhrases.outOfService)}</option>${shelvable}</select></p>
<p class="field"><label for="held-for">${say(holdPhrases.howLong)}</label><select id="held-for"><option value="">${say(holdPhrases.choose)}</option>${times}</select></p></div>`;
};
