/**
 * `node test/mutation.table.ts reports/*.json`: one table out of several Stryker reports, a row a
 * file. A file that stands in more than one report counts as in the last that is named.
 */
import { readFileSync } from "node:fs";
import type { MutantStatus } from "@stryker-mutator/api/core";

interface Report {
  readonly files: Readonly<
    Record<string, { readonly mutants: readonly { readonly status: MutantStatus }[] }>
  >;
}

interface Row {
  readonly file: string;
  /** Killed by a test, or no longer coming to an end. */
  readonly found: number;
  readonly timedOut: number;
  readonly tried: number;
  readonly ignored: number;
}

const isIgnored = (status: MutantStatus): boolean =>
  status === "Ignored" || status === "CompileError" || status === "RuntimeError";

const rowOf = (file: string, statuses: readonly MutantStatus[]): Row => {
  const ignored = statuses.filter(isIgnored).length;
  const timedOut = statuses.filter((one) => one === "Timeout").length;
  const found = statuses.filter((one) => one === "Killed").length + timedOut;
  return { file, found, timedOut, tried: statuses.length - ignored, ignored };
};

const readRows = (path: string): readonly Row[] => {
  const { files }: Report = JSON.parse(readFileSync(path, "utf8"));
  return Object.entries(files).map(([file, { mutants }]) =>
    rowOf(
      file,
      mutants.map(({ status }) => status),
    ),
  );
};

const share = ({ found, tried }: Pick<Row, "found" | "tried">): string =>
  tried === 0 ? "–" : `${((found / tried) * 100).toFixed(1)} %`;

const line = (row: Row): string =>
  `| ${row.file} | ${row.tried} | ${row.found} | ${share(row)} | ${row.timedOut} | ${row.ignored} |`;

const rows = [
  ...new Map(
    process.argv
      .slice(2)
      .flatMap(readRows)
      .map((row) => [row.file, row]),
  ).values(),
].toSorted((a, b) => (a.file < b.file ? -1 : 1));
const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
const total: Row = {
  file: "**all**",
  found: sum((row) => row.found),
  timedOut: sum((row) => row.timedOut),
  tried: sum((row) => row.tried),
  ignored: sum((row) => row.ignored),
};

process.stdout.write(
  `${["| file | tried | found | | of these by time | ignored |", "| --- | --: | --: | --: | --: | --: |", ...rows.map(line), line(total)].join("\n")}\n`,
);
