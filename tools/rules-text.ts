/** What `canary rules` prints, in both languages side by side. */
import type { Bilingual } from "#domain/result.ts";
import { both } from "#platform/log.ts";
import type { Difference } from "#rules/limits/differences.ts";
import type { ChangeDone } from "./change-rules.ts";
import type { BookReport, DeedReport, EditionReport } from "./rules.ts";

/** The whole book, newest edition last, then what was done, then what applies. */
export const bookText = (report: BookReport): string =>
  [
    `规则版本簿 book of rules: ${report.bookFile}`,
    ...(report.editions.length === 0 ? ["还没有版本 no edition yet"] : []),
    ...report.editions.flatMap(editionLines),
    ...(report.deeds.length === 0 ? [] : ["", "经过 what was done:"]),
    ...report.deeds.map(deedLine),
    "",
    inForceLine(report),
    askedLine(report),
  ].join("\n");

const editionLines = ({ version, hash, rules, by, reason, at, changes }: EditionReport) => [
  "",
  `第 ${version} 版 version ${version}  ${shortHash(hash)}  ${rulesOf(rules)}`,
  `  ${at}  ${by}:${reason}`,
  ...(version === 1 ? [] : changeLines(changes)),
];

const rulesOf = ({ limits, overrides }: EditionReport["rules"]): string =>
  (limits ?? "默认 default") + (overrides === undefined ? "" : ` ${JSON.stringify(overrides)}`);

const changeLines = (changes: readonly Difference[]): readonly string[] =>
  changes.length === 0
    ? ["  数值相同,只有名称或出处不同 same numbers, other names or sources"]
    : changes.map(({ path, from, to }) => `  ${path}: ${from ?? "–"} → ${to ?? "–"}`);

/** Enough to tell editions apart by eye; `--json` has all of it. */
const shortHash = (hash: string): string => hash.slice(0, 12);

const deedWords: Readonly<Record<DeedReport["kind"], string>> = {
  apply: "启用 apply",
  "roll-back": "回退 roll back to",
  try: "影子试用 on trial",
  "end-trial": "结束影子试用 end of the trial of",
  began: "网关开始使用 the gateway judges by",
};

const deedLine = ({ kind, at, version, shadow, by, reason }: DeedReport): string =>
  `  ${at}  ${deedWords[kind]} ${named(version)}` +
  (shadow === undefined ? "" : `,影子 on trial ${named(shadow)}`) +
  (by === undefined ? "" : `  ${by}:${reason ?? ""}`);

const named = (version: number | undefined): string =>
  version === undefined ? "?" : `第 ${version} 版 version ${version}`;

const trialOf = (shadow: number | undefined): string =>
  shadow === undefined ? "" : `;影子 on trial: ${named(shadow)}`;

const inForceLine = ({ inForce }: BookReport): string =>
  inForce === undefined
    ? "在用 in force: 网关还没有记入 the gateway has not written it down yet"
    : `在用 in force: ${named(inForce.version)}${trialOf(inForce.shadow)}`;

const askedLine = ({ siteFileAsks: asks, inForce, siteFile }: BookReport): string => {
  if ("mistakes" in asks) return `${both(lastGood(siteFile))}\n${asks.mistakes}`;
  const what =
    asks.version === undefined
      ? `${shortHash(asks.hash)},未登记 not in the book yet`
      : named(asks.version);
  const isSame = asks.version === inForce?.version && asks.shadow === inForce?.shadow;
  const next = isSame ? "" : ";重启网关后生效 applies with the gateway's next start";
  return `站点文件 site file: ${what}${trialOf(asks.shadow)}${next}`;
};

const lastGood = (siteFile: string): Bilingual => ({
  zh: `站点文件 ${siteFile} 有误,下次启动会用上一次正常的配置。请改正:`,
  en: `the site file ${siteFile} has mistakes; the next start takes the last good one. Mend it:`,
});

/** After a change was written: what comes to be, how to undo it, and what is still to be done. */
export const changeText = (done: ChangeDone & { readonly siteFile: string }): string =>
  [
    both(headline(done)),
    ...(done.kind === "end-trial" ? [] : changeLines(done.changes)),
    `原文件 the file as it was: ${done.copy}`,
    both(restart(done)),
  ].join("\n");

const headline = ({ kind, version, siteFile }: ChangeDone & { readonly siteFile: string }) => ({
  zh: `已写入 ${siteFile}:${deedWords[kind].split(" ")[0]} 第 ${version} 版`,
  en: `written to ${siteFile}: ${deedWords[kind].split(" ").slice(1).join(" ")} version ${version}`,
});

const restart = ({ kind, hash }: ChangeDone): Bilingual =>
  kind === "apply" || kind === "roll-back"
    ? {
        zh: `重启网关后生效(systemctl restart canary-gateway)。之后 /api/v1/status 的 rules.hash 应为 ${hash}`,
        en: `it applies with the gateway's next start (systemctl restart canary-gateway); rules.hash of /api/v1/status is then ${hash}`,
      }
    : {
        zh: "重启网关后生效(systemctl restart canary-gateway)。在用的规则不变",
        en: "it applies with the gateway's next start (systemctl restart canary-gateway); the rules in force stay",
      };
