import type { Bilingual } from "#domain/result.ts";
import { words } from "./board-words.ts";

/**
 * The forms, below the alarms and never over them: who one is, and what a hush or a reset needs. The script
 * shows what is asked for.
 */
export const drawer = (say: (text: Bilingual) => string): string =>
  `<form id="drawer" hidden autocomplete="off"><p id="about"></p>
<div class="who-are-you"><label>${say(words.person)} <input id="person" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64"></label>
<label>${say(words.pin)} <input id="pin" type="password" inputmode="numeric" autocomplete="off" maxlength="12"></label>
<label>${say(words.badge)} <input id="badge" type="password" autocomplete="off" maxlength="200"></label></div>
<div class="hush-only"><label>${say(words.minutes)} <select id="minutes"><option>3</option><option selected>5</option><option>10</option></select></label></div>
<label class="reason-only">${say(words.reason)} <input id="reason" maxlength="200" data-hush="${say(words.reasonHint)}" data-reset="${say(words.resetHint)}"></label>
<div class="hush-only"><label class="tick"><input id="on-site" type="checkbox"> ${say(words.onSite)}</label></div>
<p id="problem" role="alert"></p>
<div class="deeds"><button type="submit" id="do" data-acknowledge="${say(words.sign)}" data-hush="${say(words.hush)}" data-reset="${say(words.reset)}" data-identify="${say(words.identify)}"></button><button type="button" class="second" data-deed="close">${say(words.cancel)}</button></div></form>
<noscript><p class="hint">${say(words.noScript)}</p></noscript>`;
