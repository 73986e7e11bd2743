/** `canary rules publish | apply | try | rollback | end-trial`: who changes the rules of a site, and why. */
import { checkSinks } from "#center/sinks/site-mistakes.ts";
import { epochMs } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { addToRuleBook } from "#gateway/rule-book-file.ts";
import { checkGatewaySite } from "#gateway/site-checks.ts";
import { draftOf, draftsOf } from "#gateway/site-limits.ts";
import { both } from "#platform/log.ts";
import { setGatewayRules } from "#platform/site-file/edit.ts";
import { formatMistakes, parseSite } from "#platform/site-file/read.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { differences } from "#rules/limits/differences.ts";
import { defaultLimits } from "#rules/limits/sets.ts";
import {
  beforeThis,
  decide,
  found,
  publish,
  readBook,
  type Decision,
  type Edition,
  type Entry,
  type RuleBook,
  type RuleWords,
  type Signature,
} from "#rules/rule-book.ts";
import { replaceFile } from "./replace-file.ts";
import { openRulesPlace, type RulesPlace } from "./rules-place.ts";
import { changeText } from "./rules-text.ts";
import { exitCannotStart } from "./street.ts";

/** What is asked for. In what is published, what is not given stays as the site file has it. */
export type RulesChange =
  | {
      readonly kind: "publish";
      readonly words: (now: RuleWords) => Result<RuleWords, Bilingual>;
      readonly decision: "apply" | "try";
    }
  | { readonly kind: "apply" | "try"; readonly version: number }
  | { readonly kind: "roll-back"; readonly version: number | undefined }
  | { readonly kind: "end-trial" };

export interface ChangeOptions {
  readonly by: string;
  readonly reason: string;
  readonly json: boolean;
}

/** Exit code 0: written, for the gateway's next start; 1: refused, nothing changed; 78: nothing to work on. */
export const changeRules = async (
  change: RulesChange,
  { json, ...signed }: ChangeOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> => {
  const place = await openRulesPlace(env);
  if (!place.ok) {
    console.error(place.error);
    return exitCannotStart;
  }
  const signature = { ...signed, atMs: epochMs(Date.now()) };
  const done = await carryOut(place.value, change, signature);
  if (!done.ok) {
    console.error(done.error);
    return 1;
  }
  const siteFile = place.value.siteFile;
  console.log(
    json ? JSON.stringify({ ...done.value, siteFile }) : changeText({ ...done.value, siteFile }),
  );
  return 0;
};

/** What was written, for people and scripts. */
export interface ChangeDone {
  readonly kind: Decision["kind"];
  readonly version: number;
  readonly hash: string;
  /** Against what the site file said before. */
  readonly changes: ReturnType<typeof differences>;
  /** The site file as it was. */
  readonly copy: string;
}

const carryOut = async (
  place: RulesPlace,
  change: RulesChange,
  signature: Signature,
): Promise<Result<ChangeDone, string>> => {
  if (place.rules === undefined) return err(place.asked.ok ? "" : place.asked.error);
  const plan = planChange(place, place.rules, change, signature);
  if (!plan.ok) return err(both(plan.error));
  const { edition, decision, entries, rules } = plan.value;
  const text = changedFile(place, rules, decision);
  if (!text.ok) return text;
  try {
    const copy = await replaceFile(place.siteFile, text.value, signature.atMs, () =>
      addToRuleBook(place.bookFile, entries),
    );
    const before = place.asked.ok ? place.asked.value.inForce.limits : undefined;
    const { version, hash } = edition;
    const changes = differences(before, edition.limits);
    return ok({ kind: decision.kind, version, hash, changes, copy });
  } catch (error) {
    return err(both(notWritten(place, error)));
  }
};

interface Plan {
  readonly edition: Edition;
  readonly decision: Decision;
  /** For the book: what it did not know yet, and the decision. */
  readonly entries: readonly Entry[];
  /** For the site file. */
  readonly rules: Site["gateway"]["rules"];
}

const planChange = (
  { kept, asked }: RulesPlace,
  now: Site["gateway"]["rules"],
  change: RulesChange,
  signature: Signature,
): Result<Plan, Bilingual> => {
  // Before they are overwritten: what somebody wrote into the file can be come back to.
  const drafts = asked.ok ? [asked.value.inForce, asked.value.trial] : [];
  const there = drafts.filter((draft) => draft !== undefined);
  const taken = found(kept.book, there, signature.atMs);
  const book = withEditions(kept.book, taken);
  const [inForce, trial] = drafts.map((draft) => draft?.hash);

  const chosen = choose(book, change, { now, inForce, trial }, signature);
  if (!chosen.ok) return chosen;
  const { edition, kind, fresh } = chosen.value;
  const known = withEditions(book, fresh);
  const decision = decide(known, kind, edition.version, signature);
  if (!decision.ok) return decision;
  const draft = draftOf(edition.words);
  if (kind !== "end-trial" && !(draft.ok && draft.value.hash === edition.hash)) {
    return err(otherProgram(edition.version));
  }
  if (kind === "try" && edition.hash === inForce) return err(inForceAlready(edition.version));
  if (kind !== "end-trial" && edition.hash === (kind === "try" ? trial : inForce)) {
    return err(askedAlready(edition.version));
  }
  const rules = rulesAfter(kind, edition, now, trial);
  return ok({
    edition,
    decision: decision.value,
    entries: [...taken, ...fresh, decision.value],
    rules,
  });
};

const withEditions = ({ editions, deeds }: RuleBook, more: readonly Edition[]): RuleBook =>
  readBook([...editions, ...more, ...deeds]);

interface Chosen {
  readonly edition: Edition;
  readonly kind: Decision["kind"];
  readonly fresh: readonly Edition[];
}

const choose = (
  book: RuleBook,
  change: RulesChange,
  site: {
    readonly now: Site["gateway"]["rules"];
    readonly inForce: string | undefined;
    readonly trial: string | undefined;
  },
  signature: Signature,
): Result<Chosen, Bilingual> => {
  if (change.kind === "publish") return draftAndPublish(book, change, site.now, signature);
  const { kind } = change;
  const byHash = (hash: string | undefined) => book.editions.find((one) => one.hash === hash);
  if (kind === "end-trial") {
    const edition = byHash(site.trial);
    return edition === undefined ? err(noTrial) : ok({ edition, kind, fresh: [] });
  }
  if (change.version === undefined) {
    const edition = beforeThis(book, site.inForce ?? "");
    return edition.ok ? ok({ edition: edition.value, kind, fresh: [] }) : edition;
  }
  const decision = decide(book, kind, change.version, signature);
  if (!decision.ok) return decision;
  const edition = byHash(decision.value.hash);
  if (edition === undefined) throw new Error("a decision about no edition");
  return ok({ edition, kind, fresh: [] });
};

const draftAndPublish = (
  book: RuleBook,
  change: RulesChange & { readonly kind: "publish" },
  { limits, overrides }: Site["gateway"]["rules"],
  signature: Signature,
): Result<Chosen, Bilingual> => {
  const words = change.words({
    ...(limits !== undefined && { limits }),
    ...(overrides !== undefined && { overrides }),
  });
  if (!words.ok) return words;
  const draft = draftOf(words.value);
  if (!draft.ok) {
    return err({
      zh: `未发布。${draft.error.map(({ text }) => text.zh).join("\n")}`,
      en: `Not published. ${draft.error.map(({ text }) => text.en).join("\n")}`,
    });
  }
  const edition = publish(book, draft.value, signature);
  return edition.ok
    ? ok({ edition: edition.value, kind: change.decision, fresh: [edition.value] })
    : edition;
};

/** The part of the site file, as it shall be. A set that judges is on trial no more. */
const rulesAfter = (
  kind: Decision["kind"],
  { words, hash }: Edition,
  { shadow, shadowOverrides, ...inForce }: Site["gateway"]["rules"],
  trial: string | undefined,
): Site["gateway"]["rules"] => {
  if (kind === "end-trial") return inForce;
  if (kind === "try") {
    const { limits, overrides } = words;
    const own = overrides === undefined ? {} : { shadowOverrides: overrides };
    return { ...inForce, shadow: limits ?? defaultLimits.id, ...own };
  }
  if (trial === hash) return words;
  return {
    ...words,
    ...(shadow !== undefined && { shadow }),
    ...(shadowOverrides !== undefined && { shadowOverrides }),
  };
};

/** The new text, tried as a start would try it: a site file that cannot start is not written. */
const changedFile = (
  { text, siteFile }: RulesPlace,
  rules: Site["gateway"]["rules"],
  { kind, hash }: Decision,
): Result<string, string> => {
  const changed = setGatewayRules(text, rules);
  if (!changed.ok) return err(both(changed.error));
  const site = parseSite(changed.value, siteFile, [checkGatewaySite, checkSinks]);
  if (!site.ok) return err(formatMistakes(site.error));
  const drafts = draftsOf(site.value);
  const { inForce, trial } = drafts.ok ? drafts.value : {};
  const asWanted =
    kind === "end-trial" ? trial === undefined : (kind === "try" ? trial : inForce)?.hash === hash;
  if (!asWanted) throw new Error(`the changed site file does not ask for ${hash}`);
  return changed;
};

const otherProgram = (version: number): Bilingual => ({
  zh: `第 ${version} 版是另一个程序版本的规则:同样的写法现在得出别的数值,未改动。请换回那个程序,或按现在的数值发布新的一版`,
  en: `Version ${version} is of another version of this program: its words give other numbers now; nothing was changed. Go back to that program, or publish an edition with the numbers of this one`,
});

const inForceAlready = (version: number): Bilingual => ({
  zh: `第 ${version} 版正在使用,无需影子运行。`,
  en: `Version ${version} is the one in force and needs no trial.`,
});

const askedAlready = (version: number): Bilingual => ({
  zh: `站点文件已是第 ${version} 版,未改动。若网关还没用上,重启网关`,
  en: `The site file says version ${version} already; nothing was changed. Restart the gateway if it does not judge by it yet`,
});

const noTrial: Bilingual = {
  zh: "站点文件里没有影子规则,未改动。",
  en: "The site file has nothing on trial; nothing was changed.",
};

const notWritten = ({ siteFile, bookFile }: RulesPlace, error: unknown): Bilingual => ({
  zh: `写不进 ${siteFile} 或 ${bookFile}(${String(error)}),站点文件未改动。请检查权限(可用 root 运行)与磁盘`,
  en: `cannot write ${siteFile} or ${bookFile} (${String(error)}); the site file is as it was. Check permissions (root may do it) and the disk`,
});
