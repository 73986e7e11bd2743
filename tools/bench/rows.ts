/** One line of the result: ours beside the peer's, and what was aimed at. */
export interface Row {
  readonly bench: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** Absent: there is nothing to compare with. */
  readonly peer?: number;
  readonly target?: Target;
  /** What a reader must know, such as a figure the generator has limited. */
  readonly note?: string;
}

/** `times`: ours against the peer's. */
export interface Target {
  readonly is: "at least" | "at most";
  readonly value: number;
  readonly times?: true;
}

export const ratioOf = ({ ours, peer }: Row): number | undefined =>
  peer === undefined ? undefined : ours / peer;

/** Undefined: no target. A figure that could not be measured meets none. */
export const isMet = (row: Row): boolean | undefined => {
  const { target } = row;
  if (target === undefined) return undefined;
  const value = target.times === true ? (ratioOf(row) ?? NaN) : row.ours;
  return target.is === "at least" ? value >= target.value : value <= target.value;
};

export const formatRows = (rows: readonly Row[]): string => {
  const lines = [
    ["", "ours", "peer", "ratio", "target", "met", ""],
    ...rows.map((row) => [
      `${row.bench}: ${row.what}`,
      `${figure(row.ours)} ${row.unit}`,
      row.peer === undefined ? "–" : figure(row.peer),
      figureOf(ratioOf(row)),
      targetText(row),
      { true: "yes", false: "NO", undefined: "–" }[String(isMet(row))] ?? "–",
      row.note ?? "",
    ]),
  ];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 || column === 6
            ? cell.padEnd(widths?.[column] ?? 0)
            : cell.padStart(widths?.[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

const targetText = ({ target, unit }: Row): string => {
  if (target === undefined) return "–";
  const sign = target.is === "at least" ? "≥" : "≤";
  return `${sign} ${figure(target.value)}${target.times === true ? " × peer" : ` ${unit}`}`;
};

const figureOf = (value: number | undefined): string => (value === undefined ? "–" : figure(value));

const figure = (value: number): string => {
  if (value === Infinity) return "never";
  if (!Number.isFinite(value)) return "?";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
};
