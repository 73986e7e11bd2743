/**
 * What a spreadsheet shows and its cells do not say. Read as if they were empty, such cells would
 * move a home's second detector into the corridor, or drop a telephone without a word.
 */
import type { Bilingual } from "#domain/result.ts";
import { entryText, type ZipEntry } from "./zip-entries.ts";

interface Trap extends Bilingual {
  /** Finds it in the sheet's XML; the first group names the cells. */
  readonly find: RegExp;
}

const traps: readonly Trap[] = [
  {
    find: /<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"/g,
    zh: "是合并单元格:只有左上角一格有内容。请取消合并,逐行填写",
    en: "merged cells, of which only the first holds the text. Unmerge them and fill in every row",
  },
  {
    find: /<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+\d+)"/g,
    zh: "是公式错误(如 #N/A)。请改正公式,或清空该格",
    en: "the error of a formula (such as #N/A). Mend the formula, or clear the cell",
  },
  {
    find: /<(?:\w+:)?c\s[^>]*?\br="([A-Z]+\d+)"[^>]*>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:\/>|>[^<]*<\/(?:\w+:)?f>)\s*<\/(?:\w+:)?c>/g,
    zh: "的公式没有保存结果。请用表格软件打开并保存,或粘贴为数值",
    en: "a formula without a result. Open and save the file in a spreadsheet, or paste values",
  },
  {
    find: /<(?:\w+:)?c\s(?![^>]*\bt="(?!n"))[^>]*?\br="([A-Z]+\d+)"[^>]*>\s*<(?:\w+:)?v>\d{16,}(?:\.\d*)?<\/(?:\w+:)?v>/g,
    zh: "是超过 15 位的数字,尾数已被表格软件改掉。请把该列设为“文本”后重新填写",
    en: "a number of more than 15 digits, whose last ones the spreadsheet has changed. Format the column as text and enter it again",
  },
];

/** Traps in the first sheet, or nothing. Throws on a damaged archive. */
export const findTraps = (
  file: Uint8Array,
  entries: readonly ZipEntry[],
): Bilingual | undefined => {
  const sheet = firstSheet(file, entries);
  if (sheet === undefined) return;
  const xml = entryText(file, sheet);
  for (const { find, zh, en } of traps) {
    const cells = [...xml.matchAll(find)].flatMap(([, cell]) => cell ?? []);
    if (cells.length === 0) continue;
    const more = cells.length > namedMax ? "…" : "";
    const named = cells.slice(0, namedMax);
    return { zh: `${named.join("、")}${more} ${zh}`, en: `in ${named.join(", ")}${more}: ${en}` };
  }
  return undefined;
};

/** Cells named in one sentence. */
const namedMax = 10;

/** The one that is imported: first in the workbook's own order. */
const firstSheet = (file: Uint8Array, entries: readonly ZipEntry[]): ZipEntry | undefined => {
  const named = (name: string) => entries.find((one) => one.name === name);
  const [book, relations] = [named("xl/workbook.xml"), named("xl/_rels/workbook.xml.rels")];
  if (book === undefined || relations === undefined) return;
  const id = /<(?:\w+:)?sheet\s[^>]*?\b\w+:id="([^"]+)"/.exec(entryText(file, book))?.[1];
  const links = entryText(file, relations).match(/<(?:\w+:)?Relationship\s[^>]*>/g) ?? [];
  const target = links
    .filter((link) => link.includes(`Id="${id ?? ""}"`))
    .map((link) => /\bTarget="([^"]+)"/.exec(link)?.[1] ?? "")[0];
  if (target === undefined) return;
  return named(target.startsWith("/") ? target.slice(1) : `xl/${target}`);
};
