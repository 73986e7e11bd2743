/** The gateway's own page: plain HTML that any phone on the local network can open. */
import type { Address } from "#domain/place.ts";
import type { Bilingual } from "#domain/result.ts";
import type { DetectorStatus } from "#domain/wire-shapes.ts";
import type { BuzzerStatus } from "../buzzer-board.ts";
import type { BoardAlarm } from "./alarms.ts";
import { drawer } from "./board-drawer.ts";
import {
  ageText,
  causeWord,
  clockText,
  escape,
  holdWords,
  levelText,
  matterWord,
  spanText,
  stateWord,
  words,
  type Language,
} from "./board-words.ts";
import { detectorPath, endedList, holdList } from "./hold-cards.ts";
import { holdPhrases } from "./hold-words.ts";
import type { GatewayStatus } from "./status.ts";

/** Who looks. */
export interface Viewer {
  readonly language: Language;
  /** Absent: nobody has shown a PIN or badge at this browser. */
  readonly person?: string;
  /** Flats are hidden. */
  readonly masked: boolean;
  /** Anybody is registered who could sign here. */
  readonly canIdentify: boolean;
  /** Present: who would act is led to the encrypted page first. */
  readonly secureUrl?: string;
}

type Say = (text: Bilingual) => string;

/** Worst first: what burns stands above what is merely silent. */
const stateOrder = ["alarm", "unknown", "fault", "warming-up", "normal"] as const;

/**
 * One page in one language; the script brings its live part anew every two seconds, and says so
 * large when it cannot. Without a script the browser asks again by itself, and shows its own error
 * while the gateway is away.
 */
export const renderBoard = (status: GatewayStatus, viewer: Viewer): string => {
  const say: Say = (text) => escape(text[viewer.language]);
  const title = `${say(status.community)} ${escape(status.gateway)}`;
  const lang = viewer.language === "zh" ? "zh-CN" : "en";
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="dark light">
<noscript><meta http-equiv="refresh" content="2"></noscript>
<title>${title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/board.css"><script src="/board.js" defer></script></head>
<body><div id="cut" role="alert" hidden></div>
<header><h1>${say(status.community)} <small>${escape(status.gateway)}</small></h1>${identity(viewer, say)}<a class="lang" href="/?lang=${viewer.language === "zh" ? "en" : "zh"}">${viewer.language === "zh" ? "EN" : "中文"}</a></header>
<main id="live">${liveParts(status, viewer, say)}</main>
${drawer(say)}<p id="said" role="status"></p></body></html>`;
};

const identity = (viewer: Viewer, say: Say): string => {
  if (viewer.person !== undefined) {
    return `<p class="who" id="who" data-person="${escape(viewer.person)}"><button type="button" data-deed="leave">${escape(viewer.person)} · ${say(words.leave)}</button></p>`;
  }
  const secure = viewer.secureUrl === undefined ? "" : ` data-secure="${escape(viewer.secureUrl)}"`;
  return `<p class="who" id="who"${secure}>${viewer.canIdentify ? `<button type="button" data-deed="identify">${say(words.identify)}</button>` : ""}</p>`;
};

const liveParts = (status: GatewayStatus, viewer: Viewer, say: Say): string =>
  [
    status.drill ? `<p class="drill">${say(words.drill)}</p>` : "",
    linkLine(status, say),
    viewer.canIdentify ? "" : `<p class="hint">${say(words.nobody)}</p>`,
    viewer.secureUrl === undefined
      ? ""
      : `<p class="hint"><a href="${escape(viewer.secureUrl)}">${say(words.secure)}</a></p>`,
    viewer.masked && viewer.canIdentify ? `<p class="hint">${say(words.masked)}</p>` : "",
    alarmList(status, viewer, say),
    ...heldLists(status, viewer, say),
    buzzerList(status.buzzers, say),
    faultList(status, say),
    detectorLists(status, viewer, say),
  ].join("\n");

const heldLists = (
  { holds, endedHolds, nowMs }: GatewayStatus,
  { person, canIdentify }: Viewer,
  say: Say,
): readonly string[] => {
  const placeOf = (at: Parameters<typeof placeText>[0]): string => placeText(at, say);
  const look = { say, nowMs, person, canAct: canIdentify, placeText: placeOf };
  return [holdList(holds, look), endedList(endedHolds, look)];
};

const linkLine = ({ nowMs, link, unwritten, telemetry }: GatewayStatus, say: Say): string =>
  `<p class="link ${link.state}" id="link" data-now="${Math.round(nowMs)}">${say(words.asOf)} <time>${clockText(nowMs)}</time> · ${say(words.center)}: <b>${say(link.state === "up" ? words.up : words.lost)}</b> · ${say(words.queue)} ${link.unconfirmed}${unwritten > 0 ? ` · <b>${say(words.unwritten)} ${unwritten}</b>` : ""}</p><p class="hint">${say(telemetry.text)}</p>`;

const alarmList = ({ alarms, nowMs }: GatewayStatus, viewer: Viewer, say: Say): string =>
  alarms.length === 0
    ? `<p class="calm">${say(words.noAlarms)}</p>`
    : `<h2>${say(words.alarms)} (${alarms.length})</h2><div class="alarms">${alarms.map((alarm) => alarmCard(alarm, nowMs, viewer, say)).join("")}</div>`;

const marks = { 1: "!!", 2: "!", 3: "x", 4: "i" } as const;

const alarmCard = (alarm: BoardAlarm, nowMs: number, viewer: Viewer, say: Say): string => {
  const { priority, active, owner, sinceMs } = alarm;
  const kind = `p${priority}${active ? "" : " returned"}${owner === undefined ? "" : " signed"}`;
  const began =
    sinceMs === undefined
      ? ""
      : `${clockText(sinceMs)} ${say(words.since)} · <span class="span">${spanText(nowMs - sinceMs)}</span> · `;
  return `<article class="${kind}" data-at="${escape(`/api/v1/alarms/${encodeURIComponent(alarm.episode)}`)}"><p class="what"><span class="mark">${marks[priority]}</span> ${alarm.test ? `${say(words.test)} ` : ""}${say(matterWord(alarm.alarmClass, alarm.rule))} ${valueText(alarm, nowMs, say)}</p>
<p class="place">${placeText(alarm, say)}</p><p class="meta">${began}${lifeText(alarm, say)}</p>${holdText(alarm, nowMs, say)}${hushText(alarm, nowMs, say)}${viewer.canIdentify ? deeds(alarm, say) : ""}</article>`;
};

/** A value is never without its age: what is measured now, or else what the alarm was raised with. */
const valueText = ({ present, level, peak }: BoardAlarm, nowMs: number, say: Say): string => {
  const highest =
    peak === undefined ? "" : ` <small>${say(words.peak)} ${escape(levelText(peak))}</small>`;
  if (present !== undefined && present.levels.length > 0) {
    const levels = escape(present.levels.map(levelText).join(" · "));
    const age = ageText(nowMs - present.heardAtMs);
    return `<b class="level">${levels}</b> <small>${age}</small>${highest}`;
  }
  return level === undefined
    ? highest
    : `<b class="level">${escape(levelText(level))}</b>${highest}`;
};

const lifeText = ({ active, life, owner }: BoardAlarm, say: Say): string => {
  const returned = active ? "" : `${say(words.returned)} · `;
  if (owner === undefined) {
    return life === "shelved" || life === "suppressed" || life === "out-of-service"
      ? `<b>${say(holdWords[life])}</b>`
      : `${returned}<b>${say(words.unsigned)}</b>`;
  }
  const when = owner.atMs === undefined ? "" : ` ${clockText(owner.atMs)}`;
  const where = owner.side === "center" ? ` (${say(words.atCenter)})` : "";
  const after = life === "latched" ? ` · ${say(words.latched)}` : "";
  return `${returned}${escape(owner.by)}${when} ${say(words.signedBy)}${where}${after}`;
};

/** Who answers for the silence, why, and how long it still lasts. */
const holdText = ({ hold }: BoardAlarm, nowMs: number, say: Say): string =>
  hold?.untilMs === undefined
    ? ""
    : `<p class="hushed">${escape(hold.by)}:${escape(hold.reason)} · <span data-until="${hold.untilMs}">${spanText(hold.untilMs - nowMs)}</span> ${say(words.ringsAgain)}</p>`;

const hushText = ({ hush }: BoardAlarm, nowMs: number, say: Say): string =>
  hush === undefined
    ? ""
    : `<p class="hushed">${say(words.hushed)} · <span data-until="${hush.untilMs}">${spanText(hush.untilMs - nowMs)}</span> ${say(words.soundsAgain)} · ${escape(hush.by)}:${escape(hush.reason)}</p>`;

const deeds = (alarm: BoardAlarm, say: Say): string => {
  const isDanger = alarm.alarmClass === "co" || alarm.alarmClass === "gas";
  const sign =
    alarm.life === "unacknowledged" || alarm.life === "returned-unacknowledged"
      ? `<button type="button" data-deed="acknowledge">${say(words.sign)}</button>`
      : "";
  const hush =
    isDanger && alarm.active && alarm.hush === undefined && alarm.priority === 1
      ? alarm.notHushable === undefined
        ? `<button type="button" class="second" data-deed="hush">${say(words.hush)}</button>`
        : `<p class="why">${say(alarm.notHushable)}</p>`
      : "";
  const reset =
    alarm.life === "latched" && !alarm.active
      ? `<button type="button" data-deed="reset">${say(words.reset)}</button>`
      : "";
  // What stands of gas and CO is never shelved; a broken detector is taken out in its own row.
  const hold =
    !isDanger && alarm.active && !alarm.test && alarm.hold === undefined
      ? `<button type="button" class="second" data-deed="hold" data-at="${detectorPath(alarm.detector)}" data-rule="${alarm.rule}">${say(holdPhrases.hold)}</button>`
      : "";
  const all = sign + hush + reset + hold;
  return all === "" ? "" : `<div class="deeds">${all}</div>`;
};

const placeText = (
  at: { readonly address?: Address; readonly position: DetectorStatus["position"] },
  say: Say,
): string =>
  at.address === undefined
    ? `${say(words.unknownPlace)} · ${escape(`${at.position.line} ${at.position.place}`)}`
    : escape(at.address.text);

const buzzerList = (buzzers: readonly BuzzerStatus[], say: Say): string =>
  buzzers.length === 0
    ? ""
    : `<h2>${say(words.buzzers)}</h2><ul class="buzzers">${buzzers
        .map(({ id, command, confirmed }) => {
          const what =
            command.state === "on"
              ? `${say(words.sounding)} · ${say(causeWord(command.cause))}`
              : say(words.silent);
          return `<li class="${command.state}">${escape(id)}: ${what}${confirmed ? "" : ` · <b>${say(words.unconfirmed)}</b>`}</li>`;
        })
        .join("")}</ul>`;

const faultList = ({ faults }: GatewayStatus, say: Say): string =>
  faults.length === 0
    ? ""
    : `<h2>${say(words.faults)} (${faults.length})</h2><ul class="faults">${faults.map((text) => `<li>${say(text)}</li>`).join("")}</ul>`;

/** What is not well stands open; the many that are well are one line until somebody asks. */
const detectorLists = (
  { detectors, nowMs }: GatewayStatus,
  { canIdentify }: Viewer,
  say: Say,
): string => {
  const sorted = detectors.toSorted(
    (a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state),
  );
  const rows = (some: readonly DetectorStatus[]): string =>
    `<table>${some.map((one) => detectorRow(one, nowMs, canIdentify, say)).join("")}</table>`;
  const unwell = sorted.filter(({ state }) => state !== "normal");
  const well = sorted.filter(({ state }) => state === "normal");
  return `<h2>${say(words.detectors)} (${detectors.length})</h2>${unwell.length === 0 ? "" : rows(unwell)}${
    well.length === 0
      ? ""
      : `<details id="well"><summary>${say(words.normal)} ${well.length}</summary>${rows(well)}</details>`
  }`;
};

const detectorRow = (
  detector: DetectorStatus,
  nowMs: number,
  canAct: boolean,
  say: Say,
): string => {
  const age =
    detector.heardAtMs === undefined ? say(words.never) : ageText(nowMs - detector.heardAtMs);
  const hold = canAct
    ? `<button type="button" data-deed="hold">${say(holdPhrases.holdShort)}</button>`
    : "";
  return `<tr class="${detector.state}" data-at="${detectorPath(detector.detector)}"><td>${say(stateWord(detector.state))}</td><td>${placeText(detector, say)}<br><small>${escape(detector.detector)}</small></td><td>${escape(detector.levels.map(levelText).join(" · "))}</td><td class="age">${age}${hold}</td></tr>`;
};
