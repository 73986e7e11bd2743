/** The words of a new edition: what the command line gives, over what the site file says now. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { RuleWords } from "#rules/rule-book.ts";

/** `overrides`: a file; `false`: none any more; anything else: those of the site file stay. */
export const publishedWords =
  (limits: string | undefined, overrides: string | boolean | undefined) =>
  (now: RuleWords): Result<RuleWords, Bilingual> => {
    const { overrides: own, ...set } = {
      ...now,
      ...(limits !== undefined && { limits }),
    };
    if (overrides === false) return ok(set);
    if (typeof overrides !== "string")
      return ok(own === undefined ? set : { ...set, overrides: own });
    const read = readOverrides(overrides);
    return read.ok ? ok({ ...set, overrides: read.value }) : read;
  };

const readOverrides = (file: string): Result<Readonly<Record<string, unknown>>, Bilingual> => {
  try {
    const value: unknown = parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return ok(Object.fromEntries(Object.entries(value)));
    }
    return err(unusable(file, "没有「名称: 数值」 no names with numbers in it"));
  } catch (error) {
    return err(unusable(file, String(error)));
  }
};

const unusable = (file: string, detail: string): Bilingual => ({
  zh: `${file} 不能用作本站数值,未发布。写法同 gateway.rules.overrides,如 gas: { lowPercentLel: 6 }。原因:${detail}`,
  en: `${file} cannot be used as the site's numbers; nothing was published. It reads as gateway.rules.overrides does, such as gas: { lowPercentLel: 6 }. Cause: ${detail}`,
});
