/** The empty import file, with one example row. */
import { stringify } from "csv-stringify/sync";
import writeXlsxFile from "write-excel-file/node";
import { columnKeys, columns } from "./columns.ts";

const headings = columnKeys.map((key) => columns[key].zh);
const example = columnKeys.map((key) => columns[key].example);

/** UTF-8 with a byte order mark, so that Excel shows the Chinese. */
export const templateCsv = (): string => stringify([headings, example], { bom: true });

/** Every cell is text: leading zeros and long serials stay what was typed. */
export const templateXlsx = async (): Promise<Buffer> => {
  const asText = (value: string) => ({ value, type: String, format: "@" });
  const empty = Array.from({ length: 500 }, () => columnKeys.map(() => asText("")));
  const book = writeXlsxFile([headings.map(asText), example.map(asText), ...empty], {
    columns: columnKeys.map(() => ({ width: 16 })),
    stickyRowsCount: 1,
  });
  return book.toBuffer();
};
