/** `canary rules`: the book of rules of this machine's gateway, told to a person. */
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import { damaged } from "#gateway/rule-book-file.ts";
import { both } from "#platform/log.ts";
import { differences, type Difference } from "#rules/limits/differences.ts";
import { running, type Decision, type RuleWords } from "#rules/rule-book.ts";
import { openRulesPlace, type RulesPlace } from "./rules-place.ts";
import { bookText } from "./rules-text.ts";
import { exitCannotStart } from "./street.ts";

/** The book as it is printed; times in RFC 3339. */
export interface BookReport {
  readonly bookFile: string;
  readonly siteFile: string;
  readonly editions: readonly EditionReport[];
  /** Oldest first. `began`: the gateway judges by it since then. */
  readonly deeds: readonly DeedReport[];
  /** What the gateway judges by since its last start; absent: none has written it down yet. */
  readonly inForce?: Applying;
  /** What it will judge by from its next start on; `mistakes`: the last good site file. */
  readonly siteFileAsks: (Applying & { readonly hash: string }) | { readonly mistakes: string };
  readonly damagedLines: readonly number[];
}

/** Version numbers; `undefined`: none, or one the book does not know. */
export interface Applying {
  readonly version: number | undefined;
  readonly shadow: number | undefined;
}

export interface EditionReport {
  readonly version: number;
  readonly hash: string;
  readonly rules: RuleWords;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  /** Against the edition before. */
  readonly changes: readonly Difference[];
}

export interface DeedReport {
  readonly kind: Decision["kind"] | "began";
  readonly at: string;
  /** `undefined`: its line in the book is damaged. */
  readonly version: number | undefined;
  readonly shadow?: number | undefined;
  readonly by?: string;
  readonly reason?: string;
}

/** Exit code 0: printed; 78: there is no gateway here, or its book cannot be read. */
export const showRules = async (
  { json }: { readonly json: boolean },
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> => {
  const place = await openRulesPlace(env);
  if (!place.ok) {
    console.error(place.error);
    return exitCannotStart;
  }
  const report = reportBook(place.value);
  console.log(json ? JSON.stringify(report) : bookText(report));
  if (report.damagedLines.length > 0) {
    console.error(both(damaged(report.bookFile, report.damagedLines)));
  }
  return 0;
};

const reportBook = ({ kept, bookFile, siteFile, asked }: RulesPlace): BookReport => {
  const { book, damagedLines } = kept;
  const versionOf = (hash: string | undefined) =>
    book.editions.find((one) => one.hash === hash)?.version;
  const last = running(book);
  return {
    bookFile,
    siteFile,
    editions: book.editions.map(({ version, hash, words, limits, by, reason, atMs }, index) => ({
      version,
      hash,
      rules: words,
      by,
      reason,
      at: timeOf(atMs),
      changes: index === 0 ? [] : differences(book.editions[index - 1]?.limits, limits),
    })),
    deeds: book.deeds.map((deed) => {
      const { kind, hash, atMs } = deed;
      const [at, version] = [timeOf(atMs), versionOf(hash)];
      if (kind === "began") return { kind, at, version, shadow: versionOf(deed.shadow) };
      return { kind, at, version, by: deed.by, reason: deed.reason };
    }),
    ...(last && { inForce: { version: versionOf(last.hash), shadow: versionOf(last.shadow) } }),
    siteFileAsks: asked.ok
      ? {
          version: versionOf(asked.value.inForce.hash),
          hash: asked.value.inForce.hash,
          shadow: versionOf(asked.value.trial?.hash),
        }
      : { mistakes: asked.error },
    damagedLines,
  };
};

const timeOf = (atMs: number): string => epochToRfc3339(epochMs(atMs));
