/** `canary bench`: our figures beside a peer's under the same load, in one run, on this machine. */
import { buzzer } from "./buzzer.ts";
import { center, pages, storm } from "./center.ts";
import { durable } from "./durable.ts";
import { intake } from "./intake.ts";
import { judge } from "./judge.ts";
import { latency } from "./latency.ts";
import { describeMachine, formatMachine, type Machine } from "./machine.ts";
import { memory } from "./memory.ts";
import { queries } from "./queries.ts";
import type { Setting } from "./rounds.ts";
import { formatRows, isMet, ratioOf, type Row } from "./rows.ts";
import { soak } from "./soak.ts";
import { start } from "./start.ts";
import { wear } from "./wear.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

const benches: Readonly<Record<string, (setting: Setting) => Promise<readonly Row[]>>> = {
  judge,
  start,
  latency,
  intake,
  memory,
  wear,
  durable,
  soak,
  buzzer,
  center,
  pages,
  storm,
  queries,
};

/** Not among `all`: the first is only for longer, the others are parts of `center`. */
const apart: ReadonlySet<string> = new Set(["soak", "pages", "storm"]);

export interface BenchOptions extends Pick<Setting, "database" | "minutes"> {
  readonly json?: boolean;
}

/**
 * Runs one benchmark or `all`, prints the table (or JSON). Answers the exit code: 0 measured,
 * whether or not targets were met; 1 could not be measured; 2 no such benchmark.
 */
export const bench = async (
  name: string,
  { json = false, ...options }: BenchOptions,
): Promise<number> => {
  const names = name === "all" ? Object.keys(benches).filter((one) => !apart.has(one)) : [name];
  if (!names.every((one) => one in benches)) {
    const known = [...Object.keys(benches), "all"].join(", ");
    console.error(`没有「${name}」这项基准,只有 ${known} · no benchmark "${name}", only ${known}`);
    return 2;
  }
  if (process.platform !== "linux") {
    console.error(
      "基准只能在 Linux 上运行(读取 /proc)· benchmarks run on Linux only (they read /proc)",
    );
    return 1;
  }
  const workshop = await openWorkshop();
  const interrupted = endOnSignal();
  try {
    const machine = describeMachine(workshop.folder, workshop.isPinned);
    if (!json) console.log(formatMachine(machine));
    const rows = await Promise.race([run(names, workshop, machine, options), interrupted.promise]);
    console.log(json ? JSON.stringify(report(machine, rows), undefined, 2) : formatRows(rows));
    return 0;
  } catch (error) {
    console.error(`基准未完成 · the benchmark was not completed: ${String(error)}`);
    return 1;
  } finally {
    interrupted.forget();
    await workshop.close();
  }
};

const run = async (
  names: readonly string[],
  workshop: Workshop,
  machine: Machine,
  options: Pick<Setting, "database" | "minutes">,
): Promise<readonly Row[]> => {
  const setting: Setting = {
    ...options,
    workshop,
    hasPeer: machine.mosquitto !== undefined,
    // Beside the result, so that `--json` stays clean.
    say: (text) => console.error(`  ${text}`),
  };
  const rows: Row[] = [];
  for (const name of names) rows.push(...((await benches[name]?.(setting)) ?? []));
  return rows;
};

const report = (machine: Machine, rows: readonly Row[]): object => ({
  machine,
  rows: rows.map((row) => ({ ...row, ratio: ratioOf(row), met: isMet(row) })),
});

/** On Ctrl-C the run is over, and what follows every run follows: children end, the folder goes. */
const endOnSignal = () => {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const onSignal = (signal: NodeJS.Signals): void => {
    reject(new Error(`interrupted by ${signal}`));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  return {
    promise,
    forget: (): void => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
    },
  };
};
