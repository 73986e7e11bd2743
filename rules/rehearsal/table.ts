import { err, ok, type Bilingual, type Result } from "#domain/result.ts";

/** A table of text cells with a header, from CSV. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads CSV (RFC 4180: comma, double quotes). A file that a German or French spreadsheet wrote, with
 * semicolons or decimal commas, is refused: read with the wrong rule it gives wrong levels quietly.
 */
export const parseTable = (text: string): Result<Table, Bilingual> => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  const header = lines[0];
  if (header === undefined || lines.length < 2) {
    return err({ zh: "文件没有数据行。", en: "The file has no rows of data." });
  }
  if (header.split(";").length > header.split(",").length) {
    return err({
      zh: "文件用分号分隔,小数点可能是逗号。请另存为逗号分隔、小数点为「.」的 CSV。",
      en: "The file is separated by semicolons and may use decimal commas. Save it with commas between cells and '.' in numbers.",
    });
  }
  if (header.includes("\t") && !header.includes(",")) {
    return err({
      zh: "文件用制表符分隔。请另存为逗号分隔的 CSV。",
      en: "The file is separated by tabs. Save it with commas between cells.",
    });
  }
  const columns = cells(header);
  const rows: (readonly string[])[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === "") continue;
    const row = cells(line);
    const comma = row.find((cell) => /^\s*-?\d+,\d+\s*$/.test(cell));
    if (comma !== undefined || row.length > columns.length) {
      return err({
        zh: `第 ${index + 1} 行${comma === undefined ? `有 ${row.length} 格,表头只有 ${columns.length} 格` : `的「${comma}」`}:像是小数逗号。请改用小数点「.」。`,
        en: `Line ${index + 1} ${comma === undefined ? `has ${row.length} cells, the header ${columns.length}` : `holds "${comma}"`}: it looks like a decimal comma. Use '.' in numbers.`,
      });
    }
    rows.push(row);
  }
  return ok({ columns, rows });
};

const cells = (line: string): readonly string[] =>
  // A comma in front makes every cell begin alike, also an empty first one.
  [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) =>
    (match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"')).trim(),
  );
