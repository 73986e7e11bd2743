/** What can be said of an import without the register: every mistake of every row at once. */
import type { Bilingual } from "#domain/result.ts";
import { columnKeys, columnOf, columns, dateToMs, type ColumnKey } from "./columns.ts";
import type { SheetRows } from "./parse-file.ts";

/** One mistake, at a place that a person finds in the spreadsheet. */
export interface Mistake extends Bilingual {
  /** 1 is the heading. */
  readonly row: number;
  /** Heading of the column, when it is about one. */
  readonly column?: string;
}

/** A row that says what it must. */
export interface ImportRow {
  readonly row: number;
  readonly cells: Readonly<Partial<Record<ColumnKey, string>>>;
}

export interface CheckedRows {
  readonly rows: readonly ImportRow[];
  readonly mistakes: readonly Mistake[];
  /** What was left out, and why that is no mistake. */
  readonly notes: readonly Bilingual[];
}

export const checkRows = (sheet: SheetRows): CheckedRows => {
  const [heading = [], ...body] = sheet;
  const found = heading.map(columnOf);
  const missing = columnKeys.filter((key) => columns[key].required && !found.includes(key));
  const twice = found.find((key, index) => key !== undefined && found.indexOf(key) !== index);
  if (missing.length > 0 || twice !== undefined) {
    return { rows: [], notes: [], mistakes: headingMistakes(missing, twice) };
  }
  const rows = body.flatMap((cells, index) =>
    cells.every((cell) => cell === "") ? [] : [{ row: index + 2, cells: nameCells(found, cells) }],
  );
  const mistakes = [
    ...(rows.length === 0 ? [emptyFile] : []),
    ...rows.flatMap(checkRow),
    ...body.flatMap((cells, index) => surplus(cells, heading.length, index + 2)),
    ...repeated(rows),
  ];
  return { rows, mistakes, notes: ignoredColumns(heading, found) };
};

const nameCells = (
  found: readonly (ColumnKey | undefined)[],
  cells: readonly string[],
): ImportRow["cells"] =>
  Object.fromEntries(
    found.flatMap((key, index) => {
      const cell = cells[index] ?? "";
      return key === undefined || cell === "" ? [] : [[key, cell]];
    }),
  );

const checkRow = ({ row, cells }: ImportRow): readonly Mistake[] => [
  ...columnKeys.flatMap((key) => checkCell(row, key, cells[key])),
  ...(cells.household !== undefined && cells.address === undefined
    ? [at(row, "address", { zh: "填了户号就要填地址", en: "a household needs its address" })]
    : []),
  ...(cells.household === undefined && (cells.resident ?? cells.phone) !== undefined
    ? [at(row, "household", { zh: "填了住户就要填户号", en: "a resident needs the household" })]
    : []),
  ...(cells.resident === undefined && cells.phone !== undefined
    ? [
        at(row, "resident", {
          zh: "填了电话就要填住户姓名",
          en: "a phone needs the resident's name",
        }),
      ]
    : []),
  ...checkDates(row, cells),
];

const checkCell = (row: number, key: ColumnKey, value: string | undefined): readonly Mistake[] => {
  const { required, isId, isPersonal, check } = columns[key];
  if (value === undefined) {
    return required === true ? [at(row, key, { zh: "不能为空", en: "must not be empty" })] : [];
  }
  const wrong = (isId === true ? roundedId(value) : undefined) ?? check(value);
  if (wrong === undefined) return [];
  const shown = isPersonal === true ? "" : `“${value.slice(0, 40)}”`;
  return [at(row, key, { zh: `${shown}${wrong.zh}`, en: `${shown} ${wrong.en}`.trim() })];
};

/** A spreadsheet that took an id for a number has thrown digits away: nobody can get them back. */
const roundedId = (value: string): Bilingual | undefined =>
  /^\d([.,]\d+)?E\+?\d+$/i.test(value) && /E\+|[.,]/i.test(value)
    ? {
        zh: "被表格软件改成了科学计数法,尾数已丢失:请把该列设为“文本”后重新填写",
        en: "was turned into a rounded number by the spreadsheet: format the column as text and enter it again",
      }
    : undefined;

const checkDates = (row: number, cells: ImportRow["cells"]): readonly Mistake[] => {
  const [made, installed, expires] = (["madeOn", "installedOn", "expiresOn"] as const).map((key) =>
    dateToMs(cells[key] ?? ""),
  );
  return [
    ...(made !== undefined && installed !== undefined && installed < made
      ? [at(row, "installedOn", { zh: "早于生产日期", en: "is before it was made" })]
      : []),
    ...(expires !== undefined && expires <= (installed ?? made ?? -Infinity)
      ? [
          at(row, "expiresOn", {
            zh: "不晚于生产或安装日期",
            en: "is not after it was made or installed",
          }),
        ]
      : []),
  ];
};

/** Within the file: a serial, a detector and a point stand once; a household is one home. */
const repeated = (rows: readonly ImportRow[]): readonly Mistake[] => {
  const first = new Map<string, ImportRow>();
  const note = (key: ColumnKey, name: string | undefined, one: ImportRow): readonly Mistake[] => {
    // Two rounded ids look alike; that they are rounded has been said.
    if (name === undefined || roundedId(name) !== undefined) return [];
    const known = first.get(`${key} ${name}`);
    if (known === undefined) {
      first.set(`${key} ${name}`, one);
      return [];
    }
    return [
      at(one.row, key, {
        zh: `与第 ${known.row} 行重复`,
        en: `is the same as in row ${known.row}`,
      }),
    ];
  };
  return rows.flatMap((one) => {
    const { serial, gateway, detector, point, household, place } = one.cells;
    return [
      ...note("serial", serial, one),
      ...note("detector", detector && JSON.stringify([gateway, detector]), one),
      ...note("point", point, one),
      ...(household === undefined || roundedId(household) !== undefined
        ? []
        : [
            ...(point === undefined ? note("place", JSON.stringify([household, place]), one) : []),
            ...otherHome(first, household, one),
          ]),
    ];
  });
};

/** Several detectors in one home are well; one number for two homes is not. */
const otherHome = (
  first: Map<string, ImportRow>,
  household: string,
  one: ImportRow,
): readonly Mistake[] => {
  const known = first.get(`household ${household}`);
  if (known === undefined) {
    first.set(`household ${household}`, one);
    return [];
  }
  const same = (["address", "community", "building"] as const).every(
    (key) => known.cells[key] === one.cells[key],
  );
  if (same) return [];
  return [
    at(one.row, "household", {
      zh: `户号 ${household} 与第 ${known.row} 行重复,但地址不同`,
      en: `household ${household} stands in row ${known.row} with another address`,
    }),
  ];
};

const surplus = (cells: readonly string[], width: number, row: number): readonly Mistake[] =>
  cells.slice(width).some((cell) => cell !== "")
    ? [
        {
          row,
          zh: `比表头多出 ${cells.length - width} 列,可能有多余的逗号`,
          en: `has ${cells.length - width} cells more than the heading; perhaps a comma too many`,
        },
      ]
    : [];

const ignoredColumns = (
  heading: readonly string[],
  found: readonly (ColumnKey | undefined)[],
): readonly Bilingual[] => {
  const names = heading.filter((name, index) => found[index] === undefined && name !== "");
  const list = names.map((name) => name.slice(0, 40)).join("、");
  return names.length === 0
    ? []
    : [{ zh: `已忽略不认识的列:${list}`, en: `columns not known and ignored: ${list}` }];
};

const headingMistakes = (
  missing: readonly ColumnKey[],
  twice: ColumnKey | undefined,
): readonly Mistake[] => [
  ...missing.map((key) => at(1, key, { zh: "表头缺少此列", en: "column missing in the heading" })),
  ...(twice === undefined
    ? []
    : [at(1, twice, { zh: "此列出现了两次", en: "column stands twice" })]),
];

const emptyFile: Mistake = { row: 2, zh: "没有数据行", en: "there are no rows" };

export const at = (row: number, key: ColumnKey, text: Bilingual): Mistake => ({
  row,
  column: columns[key].zh,
  ...text,
});
