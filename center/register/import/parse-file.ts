/** From the bytes of a CSV or XLSX file to rows of texts. Runs in a thread of its own; see read-file.ts. */
import { parse } from "csv-parse/sync";
import { readSheet } from "read-excel-file/universal";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import {
  cellLengthMax,
  columnsMax,
  rowsMax,
  unpackedBytesMax,
  zipEntriesMax,
} from "./sheet-limits.ts";
import { findTraps } from "./sheet-traps.ts";
import { zipEntries } from "./zip-entries.ts";

/** Every row of the file as texts, the heading first; row 1 of the sheet is index 0. */
export type SheetRows = readonly (readonly string[])[];

/** Reads either format by its content, not by its name. What is wrong with the whole file is an error. */
export const parseFile = async (file: Uint8Array): Promise<Result<SheetRows, Bilingual>> => {
  const rows = isZip(file) ? await parseXlsx(file) : parseCsv(file);
  return rows.ok ? withinLimits(rows.value) : rows;
};

const isZip = (file: Uint8Array): boolean => file[0] === 0x50 && file[1] === 0x4b;

const parseXlsx = async (file: Uint8Array): Promise<Result<SheetRows, Bilingual>> => {
  const entries = zipEntries(file);
  if (entries === undefined) return err(damaged);
  const unpackedBytes = entries.reduce((sum, one) => sum + one.unpackedBytes, 0);
  if (entries.length > zipEntriesMax || unpackedBytes > unpackedBytesMax) return err(bomb);
  try {
    const trap = findTraps(file, entries);
    if (trap !== undefined) return err(trap);
    // Numbers stay as they are written in the file: 8.61E+14 must be seen to be refused.
    const sheet = await readSheet(new Blob([Uint8Array.from(file)]), {
      parseNumber: (text: string) => text,
      trim: true,
    });
    return ok(sheet.map((row) => row.map(cellToText)));
  } catch {
    return err(damaged);
  }
};

const cellToText = (cell: unknown): string => {
  if (cell === null || cell === undefined) return "";
  // A spreadsheet's dates have no zone: the day as it was typed.
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  return typeof cell === "string" ? tidy(cell) : JSON.stringify(cell);
};

const parseCsv = (file: Uint8Array): Result<SheetRows, Bilingual> => {
  const text = decode(file);
  if (text === undefined) return err(wrongEncoding);
  try {
    const rows: string[][] = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
      max_record_size: columnsMax * cellLengthMax,
      to: rowsMax + 2,
    });
    return ok(rows.map((row) => row.map(tidy)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    return err({
      zh: `CSV 格式有误:${reason}。请检查引号是否成对`,
      en: `the CSV cannot be read: ${reason}. Check that quotes come in pairs`,
    });
  }
};

/** UTF-8 when it is valid UTF-8, else GB18030, which is what Excel writes in China. */
const decode = (file: Uint8Array): string | undefined => {
  for (const encoding of ["utf-8", "gb18030"]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(file);
      if (!text.includes("\0")) return text;
    } catch {
      continue; // not this one
    }
  }
  return undefined;
};

/** Whichever separator the heading uses most. */
const delimiterOf = (text: string): string => {
  const [heading = ""] = text.split(/\r?\n/, 1);
  const count = (mark: string): number => heading.split(mark).length;
  return [",", "\t", ";"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
};

/** Spaces around, also the wide ones of Chinese input. */
const tidy = (text: string): string => text.replaceAll(/^[\s\u3000]+|[\s\u3000]+$/g, "");

const withinLimits = (rows: SheetRows): Result<SheetRows, Bilingual> => {
  if (rows.length > rowsMax + 1) {
    return err({
      zh: `超过 ${rowsMax} 行,请分成几个文件导入`,
      en: `more than ${rowsMax} rows; import several files`,
    });
  }
  const tooWide = rows.findIndex((row) => row.length > columnsMax);
  const tooLong = rows.findIndex((row) => row.some((cell) => cell.length > cellLengthMax));
  if (tooWide < 0 && tooLong < 0) return ok(rows);
  const row = (tooWide < 0 ? tooLong : tooWide) + 1;
  return err({
    zh: `第 ${row} 行太大:最多 ${columnsMax} 列、每格 ${cellLengthMax} 字`,
    en: `row ${row} is too large: ${columnsMax} columns and ${cellLengthMax} characters a cell at most`,
  });
};

const damaged: Bilingual = {
  zh: "不是有效的 XLSX 文件(已损坏或加密),请另存为 .xlsx 后重试",
  en: "not a readable XLSX file (damaged or encrypted); save it as .xlsx again",
};

const bomb: Bilingual = {
  zh: "XLSX 解压后过大,已拒绝。请只保留需要导入的工作表",
  en: "the XLSX unpacks to too much and is refused; keep only the sheet to import",
};

const wrongEncoding: Bilingual = {
  zh: "文件编码无法识别:请存为 UTF-8 或 GB18030(GBK)编码的 CSV,或 .xlsx",
  en: "unknown encoding: save as CSV in UTF-8 or GB18030 (GBK), or as .xlsx",
};
