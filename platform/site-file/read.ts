import { readFileSync } from "node:fs";
import { isMap, isNode, isPair, LineCounter, parseDocument, type Document } from "yaml";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { checkShape, type SiteMistake, type SitePath } from "./mistakes.ts";
import type { Site } from "./schema.ts";

/** A mistake with its place in the file; lines and columns count from 1. */
export interface LocatedMistake extends SiteMistake {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A further check over a site whose shape is right: dangling names, doubled ids, legal ranges. */
export type SiteCheck = (site: Site) => readonly SiteMistake[];

/**
 * Reads and checks a site file as a whole. Answers the site, or every mistake in it at once; a file
 * that cannot be opened is one mistake at line 1. Nothing starts on half a configuration.
 */
export const readSiteFile = (
  file: string,
  checks: readonly SiteCheck[],
): Result<Site, readonly LocatedMistake[]> => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return err([at(file, 1, 1, [], cannotOpen(detail))]);
  }
  return parseSite(text, file, checks);
};

/** As {@link readSiteFile}, from text; `file` is only for the messages. */
export const parseSite = (
  text: string,
  file: string,
  checks: readonly SiteCheck[],
): Result<Site, readonly LocatedMistake[]> => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const locate = (mistake: SiteMistake): LocatedMistake => {
    const { line, col } = lines.linePos(offsetOf(document, mistake.path));
    return at(file, Math.max(line, 1), Math.max(col, 1), mistake.path, mistake.text);
  };
  if (document.errors.length > 0) {
    return err(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return at(file, line, col, [], {
          zh: `YAML 写法有误:${error.message}`,
          en: `not YAML: ${error.message}`,
        });
      }),
    );
  }

  const value: unknown = document.toJS({ maxAliasCount: 20 });
  const shape = checkShape(value);
  if (shape.length > 0) return err(inOrder(shape.map(locate)));
  // checkShape found nothing, so the value has the schema's shape.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const site = value as Site;
  const deeper = checks.flatMap((check) => check(site));
  return deeper.length > 0 ? err(inOrder(deeper.map(locate))) : ok(site);
};

/** One line per mistake: `file:line:column path: what is wrong`, Chinese first. */
export const formatMistakes = (mistakes: readonly LocatedMistake[]): string =>
  mistakes
    .map(
      ({ file, line, column, path, text }) =>
        `${file}:${line}:${column} ${path.join(".") || "(file)"}: ${text.zh} · ${text.en}`,
    )
    .join("\n");

const at = (
  file: string,
  line: number,
  column: number,
  path: SitePath,
  text: Bilingual,
): LocatedMistake => ({ file, line, column, path, text });

const cannotOpen = (detail: string): Bilingual => ({
  zh: `打不开配置文件:${detail}。用 CANARY_CONFIG 指定另一个`,
  en: `cannot open the site file: ${detail}; name another with CANARY_CONFIG`,
});

const inOrder = (mistakes: LocatedMistake[]): LocatedMistake[] =>
  mistakes.sort((a, b) => a.line - b.line || a.column - b.column);

/** Where a path stands in the text: the key itself, or the nearest thing around it that exists. */
const offsetOf = (document: Document, path: SitePath): number => {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && String(item.key) === String(key));
      if (pair !== undefined && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0;
};
