/** The book of rules: every edition there has been, who answers for it, and what became of it. */
import { Type, type Static } from "typebox";
import type { EpochMs } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { whatIsWrong } from "./limits/check.ts";
import type { LimitSet } from "./limits/limit-set.ts";

const closed = { additionalProperties: false } as const;
const hash = Type.String({ minLength: 1 });
const signed = { by: Type.String(), reason: Type.String(), atMs: Type.Number() };

/** The words of a site file that make a rule set: a named set, and the site's own numbers in it. */
const RuleWordsSchema = Type.Object(
  {
    limits: Type.Optional(Type.String()),
    overrides: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  closed,
);
export type RuleWords = Static<typeof RuleWordsSchema>;

/** One set of rules with a number. `limits` is all of it as data, which the hash is over. */
const EditionSchema = Type.Object(
  {
    kind: Type.Literal("edition"),
    version: Type.Integer({ minimum: 1 }),
    hash,
    words: RuleWordsSchema,
    limits: Type.Unknown(),
    ...signed,
  },
  closed,
);
export type Edition = Static<typeof EditionSchema>;

/** What a person decided about an edition, to hold from the gateway's next start on. */
const DecisionSchema = Type.Object(
  { kind: Type.Enum(["apply", "roll-back", "try", "end-trial"]), hash, ...signed },
  closed,
);
export type Decision = Static<typeof DecisionSchema>;

/** The gateway judges by these since then. */
const BeginningSchema = Type.Object(
  { kind: Type.Literal("began"), hash, shadow: Type.Optional(hash), atMs: Type.Number() },
  closed,
);
export type Beginning = Static<typeof BeginningSchema>;

/** One line of the book. Lines are only ever added, and name editions by hash. */
export const EntrySchema = Type.Union([EditionSchema, DecisionSchema, BeginningSchema]);
export type Entry = Static<typeof EntrySchema>;

export interface RuleBook {
  /** Rising in number. */
  readonly editions: readonly Edition[];
  /** What was decided and what began, in the order it was written. */
  readonly deeds: readonly (Decision | Beginning)[];
}

/** Limits with the words they came from and the hash a gateway reports them by. */
export interface Draft {
  readonly words: RuleWords;
  readonly limits: LimitSet;
  readonly hash: string;
}

export interface Signature {
  readonly by: string;
  readonly reason: string;
  readonly atMs: EpochMs;
}

/**
 * The book from its lines. The order written is the order: clocks of gateways jump. A number that
 * two writers gave at once stays with the first.
 */
export const readBook = (entries: readonly Entry[]): RuleBook => {
  const editions = new Map<string, Edition>();
  const numbers = new Set<number>();
  const deeds: (Decision | Beginning)[] = [];
  for (const entry of entries) {
    if (entry.kind !== "edition") deeds.push(entry);
    else if (!editions.has(entry.hash)) {
      const version = numbers.has(entry.version) ? Math.max(...numbers) + 1 : entry.version;
      numbers.add(version);
      editions.set(entry.hash, { ...entry, version });
    }
  }
  return { editions: [...editions.values()].sort((a, b) => a.version - b.version), deeds };
};

/** A new edition; it judges nothing before it is applied, and can be tried in the shadow. */
export const publish = (
  { editions }: RuleBook,
  draft: Draft,
  signature: Signature,
): Result<Edition, Bilingual> => {
  if (isUnsigned(signature)) return err(unsigned);
  const wrong = whatIsWrong(draft.limits);
  if (wrong !== undefined) return err(unusable(wrong));
  const same = editions.find((one) => one.hash === draft.hash);
  return same === undefined
    ? ok(edition(nextVersion(editions), draft, signature))
    : err(published(same.version));
};

const edition = (version: number, draft: Draft, signature: Signature): Edition => ({
  kind: "edition",
  version,
  ...draft,
  ...signature,
});

const nextVersion = (editions: readonly Edition[]): number => (editions.at(-1)?.version ?? 0) + 1;

/** Editions for rules that stand in a site file and that nobody published: the book takes them in. */
export const found = (
  { editions }: RuleBook,
  drafts: readonly Draft[],
  atMs: EpochMs,
): readonly Edition[] => {
  const known = new Set(editions.map((one) => one.hash));
  const unknown = drafts.filter(
    (draft, index) =>
      !known.has(draft.hash) && drafts.findIndex((one) => one.hash === draft.hash) === index,
  );
  const first = nextVersion(editions);
  return unknown.map((draft, index) => edition(first + index, draft, { ...siteFile, atMs }));
};

/** Nobody signed: somebody wrote it into the file. */
const siteFile = { by: "站点文件 site file", reason: "直接写在站点文件里 written there by hand" };

/** A person's decision about an edition that is in the book. */
export const decide = (
  { editions }: RuleBook,
  kind: Decision["kind"],
  version: number,
  signature: Signature,
): Result<Decision, Bilingual> => {
  if (isUnsigned(signature)) return err(unsigned);
  const chosen = editions.find((one) => one.version === version);
  if (chosen === undefined) return err(noSuchVersion(version, editions));
  return ok({ kind, hash: chosen.hash, ...signature });
};

/** What a start is worth writing down: `undefined` when it judges by the same as the one before. */
export const begins = (
  book: RuleBook,
  inForce: string,
  shadow: string | undefined,
  atMs: EpochMs,
): Beginning | undefined => {
  const last = running(book);
  if (last?.hash === inForce && last.shadow === shadow) return undefined;
  return { kind: "began", hash: inForce, ...(shadow !== undefined && { shadow }), atMs };
};

/** What the gateway judges by since its last start that changed something. */
export const running = ({ deeds }: RuleBook): Beginning | undefined => deeds.findLast(isBeginning);

const isBeginning = (deed: Decision | Beginning): deed is Beginning => deed.kind === "began";

/**
 * Where a rollback without a number leads: the edition that judged last before the one now written
 * in the site file. A second one in a row would bring the bad edition back, and is refused.
 */
export const beforeThis = (book: RuleBook, current: string): Result<Edition, Bilingual> => {
  const decided = book.deeds.findLast(({ kind }) => kind === "apply" || kind === "roll-back");
  if (decided?.kind === "roll-back" && decided.hash === current) return err(rolledBackAlready);
  const judged = book.deeds.findLast((deed) => isBeginning(deed) && deed.hash !== current);
  const edition = book.editions.find((one) => one.hash === judged?.hash);
  return edition === undefined ? err(nothingBefore) : ok(edition);
};

const isUnsigned = ({ by, reason }: Signature): boolean => by.trim() === "" || reason.trim() === "";

const unusable = (reason: string): Bilingual => ({
  zh: `这套规则不能用于判定,未发布:${reason}。改正后重新发布。`,
  en: `These rules cannot judge and are not published: ${reason}. Put it right and publish again.`,
});

const unsigned: Bilingual = {
  zh: "发布、启用和回退规则必须写明姓名和原因。",
  en: "Publishing, applying and rolling back rules needs a name and a reason.",
};

const published = (version: number): Bilingual => ({
  zh: `与第 ${version} 版相同,未发布。要启用它:canary rules apply ${version};要试运行:canary rules try ${version}`,
  en: `The same as version ${version}; not published. To apply it: canary rules apply ${version}; to try it: canary rules try ${version}`,
});

const noSuchVersion = (version: number, editions: readonly Edition[]): Bilingual => {
  const there = editions.map((one) => one.version).join(", ");
  return {
    zh: `没有第 ${version} 版规则,现有:${there || "无"}`,
    en: `There is no version ${version}; there are: ${there || "none"}`,
  };
};

const nothingBefore: Bilingual = {
  zh: "此前没有别的版本判定过。请写明要回到哪一版:canary rules rollback <版本号>",
  en: "No other version has judged before this one. Name the one to go back to: canary rules rollback <version>",
};

const rolledBackAlready: Bilingual = {
  zh: "已经回退过了,再回退会换回刚撤下的那一版。请写明版本号:canary rules rollback <版本号>",
  en: "This is rolled back already; once more would bring back what was taken down. Name a version: canary rules rollback <version>",
};
