import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { whatIsWrong } from "./limits/check.ts";
import type { LimitSet } from "./limits/limit-set.ts";

/** One published set of rules: data with a number, a hash and someone who answers for it. */
export interface Edition {
  readonly version: number;
  /** Over the canonical JSON of the limits; what every gateway reports as applied. */
  readonly hash: string;
  readonly limits: LimitSet;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

/** All editions there have been, which one judges, and which one runs in its shadow. */
export interface RuleBook {
  readonly editions: readonly Edition[];
  readonly active: number;
  readonly shadow: number | undefined;
}

/** Given by the caller, such as SHA-256 in hex: this room has no cryptography. */
export type Hash = (text: string) => string;

export interface Signature {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

export const openRuleBook = (limits: LimitSet, signature: Signature, hash: Hash): RuleBook => ({
  editions: [edition(1, limits, signature, hash)],
  active: 1,
  shadow: undefined,
});

const edition = (version: number, limits: LimitSet, signature: Signature, hash: Hash): Edition => ({
  version,
  hash: hash(canonicalJson(limits)),
  limits,
  ...signature,
});

/** Adds an edition; it judges nothing before it is activated, and can be tried in the shadow. */
export const publish = (
  book: RuleBook,
  limits: LimitSet,
  signature: Signature,
  hash: Hash,
): Result<RuleBook, Bilingual> => {
  if (isUnsigned(signature)) return err(unsigned);
  const wrong = whatIsWrong(limits);
  if (wrong !== undefined) return err(unusable(wrong));
  const version = book.editions.length + 1;
  const next = edition(version, limits, signature, hash);
  const same = book.editions.find((one) => one.hash === next.hash);
  if (same !== undefined) {
    return err({
      zh: `与第 ${same.version} 版相同,未发布。`,
      en: `The same as version ${same.version}; not published.`,
    });
  }
  return ok({ ...book, editions: book.editions.concat(next) });
};

/** Lets an edition judge; an older one is a rollback. Its shadow, when it was one, ends. */
export const activate = (
  book: RuleBook,
  version: number,
  signature: Signature,
): Result<RuleBook, Bilingual> => {
  if (isUnsigned(signature)) return err(unsigned);
  if (editionOf(book, version) === undefined) return err(unknown(version));
  return ok({
    ...book,
    active: version,
    shadow: book.shadow === version ? undefined : book.shadow,
  });
};

/** Lets an edition run beside the active one: recorded, ringing nobody. `undefined` ends it. */
export const tryInShadow = (
  book: RuleBook,
  version: number | undefined,
): Result<RuleBook, Bilingual> => {
  if (version !== undefined && editionOf(book, version) === undefined) return err(unknown(version));
  if (version === book.active) {
    return err({
      zh: `第 ${book.active} 版正在使用,无需影子运行。`,
      en: `Version ${book.active} is the active one and needs no shadow.`,
    });
  }
  return ok({ ...book, shadow: version });
};

export const editionOf = (book: RuleBook, version: number | undefined): Edition | undefined =>
  book.editions.find((one) => one.version === version);

const isUnsigned = ({ by, reason }: Signature): boolean => by.trim() === "" || reason.trim() === "";

const unusable = (reason: string): Bilingual => ({
  zh: `这套规则不能用于判定,未发布:${reason}。改正后重新发布。`,
  en: `These rules cannot judge and are not published: ${reason}. Put it right and publish again.`,
});

const unsigned: Bilingual = {
  zh: "发布和启用规则必须写明姓名和原因。",
  en: "Publishing and activating rules needs a name and a reason.",
};

const unknown = (version: number): Bilingual => ({
  zh: `没有第 ${version} 版规则。`,
  en: `There is no version ${version}.`,
});

/** JSON with sorted keys: the same limits have the same text, whoever wrote them down. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
