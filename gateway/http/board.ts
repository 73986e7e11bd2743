/** The gateway's own page: plain HTML that any phone on the local network can open. */
import { epochToRfc3339 } from "#domain/civil-time.ts";
import type { Level } from "#domain/gas.ts";
import { epochMs } from "#domain/quantity.ts";
import type { DetectorStatus } from "#domain/wire.ts";
import type { GatewayStatus } from "./status.ts";

/** Worst first: what burns stands above what is merely silent. */
const stateOrder = ["alarm", "unknown", "fault", "warming-up", "normal"] as const;
const stateWords = {
  alarm: "!! 报警 alarm",
  unknown: "? 未知 unknown",
  fault: "x 故障 fault",
  "warming-up": "… 预热 warming up",
  normal: "正常 normal",
} as const;

/**
 * One page; `boardScript` brings it anew every two seconds, and says so large when it cannot. Without
 * a script the browser asks again by itself, and shows its own error while the gateway is away.
 */
export const renderBoard = (status: GatewayStatus): string => {
  const rows = [...status.detectors]
    .sort((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state))
    .map((detector) => detectorRow(detector, status.nowMs))
    .join("");
  const title = `${status.community.zh} ${status.gateway}`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><noscript><meta http-equiv="refresh" content="2"></noscript>
<title>${escape(title)}</title><link rel="stylesheet" href="/board.css"><script src="/board.js" defer></script></head><body>
${status.drill ? '<p class="drill">演练 DRILL</p>' : ""}
<h1>${escape(title)} <small>${escape(status.community.en)}</small></h1>
<p>截至 as of ${epochToRfc3339(epochMs(status.nowMs)).slice(11, 19)} ·
中心 center: <b class="${status.link.state}">${status.link.state === "up" ? "正常 connected" : "断开 lost"}</b> ·
待确认 unconfirmed ${status.link.unconfirmed}</p>
<p>${escape(status.telemetry.text.zh)}<br><small>${escape(status.telemetry.text.en)}</small></p>
${faultList(status)}
<h2>探测器 Detectors (${status.detectors.length})</h2>
<table><tr><th>状态 state</th><th>地址 address</th><th>浓度 level</th><th>时效 age</th></tr>${rows}</table>
<h2>蜂鸣器 Buzzers</h2><ul>${status.buzzers
    .map(
      ({ id, command, confirmed }) =>
        `<li class="${command.state}">${escape(id)}: ${command.state === "on" ? "鸣响 sounding" : "静 silent"}${confirmed ? "" : " · 未确认 not confirmed"}</li>`,
    )
    .join("")}</ul></body></html>`;
};

const detectorRow = (detector: DetectorStatus, nowMs: number): string => {
  const place =
    detector.address?.text ??
    `地址未知 address unknown · ${detector.position.line} ${detector.position.place}`;
  return `<tr class="${detector.state}"><td>${stateWords[detector.state]}</td><td>${escape(place)}<br><small>${escape(detector.detector)}</small></td><td>${escape(detector.levels.map(levelText).join(" · "))}</td><td>${ageText(detector.heardAtMs, nowMs)}</td></tr>`;
};

const faultList = ({ faults }: GatewayStatus): string =>
  faults.length === 0
    ? ""
    : `<h2>故障 Faults</h2><ul class="faults">${faults.map(({ zh, en }) => `<li>${escape(zh)}<br><small>${escape(en)}</small></li>`).join("")}</ul>`;

const levelText = (level: DetectorStatus["levels"][number] | Level): string =>
  level.gas === "co" ? `CO ${round(level.ppm)} ppm` : `${level.gas} ${round(level.lel)} %LEL`;

const round = (value: number): string => (Math.round(value * 10) / 10).toString();

const ageText = (heardAtMs: number | undefined, nowMs: number): string => {
  if (heardAtMs === undefined) return "从未 never";
  const seconds = Math.max(0, Math.round((nowMs - heardAtMs) / 1_000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
};

const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** Shape and text carry the meaning; colour only helps (people.md contrast figures). */
export const boardStyle = `body{font:18px/1.4 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;background:#1b1f24;color:#e9ecef}
small{color:#aab4be}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem;border-bottom:1px solid #6b7683;vertical-align:top}
tr.alarm td{background:#dc3327;color:#fff;font-weight:bold}tr.alarm small{color:#fff}tr.unknown td{background:#2a2f36;border-left:0}
tr.unknown td:first-child{border-left:6px double #e9ecef}tr.fault td:first-child{border-left:6px solid #fde272}
.cut{position:sticky;top:0;background:#dc3327;color:#fff;font-weight:bold;padding:.5rem}.drill{background:#53b1fd;color:#1b1f24;font-weight:bold;padding:.5rem;text-align:center}.lost{background:#dc3327;color:#fff;padding:0 .3rem}li.on{font-weight:bold}
.faults li{border-left:6px solid #fde272;padding-left:.5rem;margin-bottom:.5rem}`;

/** What stood on the page when the gateway fell silent stays, under a banner that says since when. */
export const boardScript = `let heard = new Date();
const look = async () => {
  try {
    const answer = await fetch("/", { signal: AbortSignal.timeout(4000) });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.body.replaceChildren(...page.body.childNodes);
    heard = new Date();
  } catch {
    const seconds = Math.round((Date.now() - heard) / 1000);
    const banner = document.querySelector(".cut") ?? document.createElement("p");
    banner.className = "cut";
    banner.textContent = "与网关断开 " + seconds + " 秒,画面停在 " + heard.toLocaleTimeString() + " · no connection to the gateway for " + seconds + " s";
    document.body.prepend(banner);
  }
  setTimeout(look, 2000);
};
setTimeout(look, 2000);`;
