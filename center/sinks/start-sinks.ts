import { randomUUID } from "node:crypto";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { Log } from "#platform/log.ts";
import type { SinkSite } from "#platform/site-file/sink-schema.ts";
import type { Timers } from "#platform/timers.ts";
import type { Core } from "../core.ts";
import type { CenterFaults } from "../desk/center-faults.ts";
import type { CenterOptions } from "../options.ts";
import type { Store } from "../store/open-store.ts";
import { openCursor } from "./cursor.ts";
import type { Refused } from "./deliver.ts";
import { feedSink, type FeedState } from "./feed-sink.ts";
import { createSinkMetrics } from "./metrics.ts";
import { createWriter } from "./write-lines.ts";

export interface SinkWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** A sink that is in trouble this long is shown; a restart of it is not worth anybody's look. */
const troubleShownMs = 60_000;
/** One that only has much to catch up with is left in peace for longer. */
const lagShownMs = 600_000;
/** How long it is shown that points were set aside. */
const refusalShownMs = 3_600_000;

/** Feeds every sink of the site file, each by itself; answers how to end it. */
export const startSinks = (
  core: Pick<Core, "faults" | "metrics" | "databaseFailed">,
  { sinks = [], log }: Pick<CenterOptions, "sinks" | "log">,
  { store, clock, timers }: SinkWorld,
): (() => Promise<void>) => {
  if (sinks.length === 0) return () => Promise.resolve();
  const metrics = createSinkMetrics(core.metrics.registry);
  const processId = randomUUID();
  const ended = new AbortController();
  const feeds = sinks.map((sink) =>
    feedSink({
      id: sink.id,
      db: store.db,
      cursor: openCursor(store, sink.id, processId),
      write: createWriter(sink, timers, ended.signal),
      clock,
      timers,
      metrics,
      onFailure: core.databaseFailed,
      ...reportTo(sink, core.faults, clock, log),
    }),
  );
  return async () => {
    ended.abort(new Error("the center closes"));
    await Promise.all(feeds.map((feed) => feed.stop()));
  };
};

/** Faults for the desk, and every point set aside in the log. */
const reportTo = (sink: SinkSite, faults: CenterFaults, clock: Clock, log: Log) => {
  let refusedAtMonoMs = -Infinity;
  let refusedPoints = 0;
  return {
    onState: (state: FeedState | undefined): void => {
      faults.set(`sink ${sink.id}`, state && faultOf(sink, state));
      if (clock.now().monoMs - refusedAtMonoMs < refusalShownMs) return;
      refusedPoints = 0;
      faults.set(`sink ${sink.id} refused`, undefined);
    },
    onRefused: (refused: readonly Refused[]): void => {
      refusedAtMonoMs = clock.now().monoMs;
      refusedPoints += refused.length;
      for (const { line, why } of refused) {
        log.warn({ sink: sink.id, line: line.slice(0, 500), why: why.slice(0, 500) }, setAside);
      }
      faults.set(`sink ${sink.id} refused`, refusalOf(sink, refusedPoints, refused.at(-1)?.why));
    },
  };
};

const setAside = "时序库拒收一个数据点 · a time-series database refuses a point";

const faultOf = (sink: SinkSite, state: FeedState): Bilingual | undefined => {
  const { trouble, lagMs, completeAtMs } = state;
  // To the minute and from its beginning, so that the words stay the same while it lasts.
  const since = epochToRfc3339(epochMs(completeAtMs)).slice(0, 16).replace("T", " ");
  if (trouble !== undefined && lagMs >= troubleShownMs) {
    return {
      zh: `时序库 ${sink.id} 自 ${since} 起没有收到数据:${trouble.zh}。报警不受影响,恢复后自动补发`,
      en: `time-series database ${sink.id} has got nothing since ${since}: ${trouble.en}. Alarms are not affected, what is missing is sent once it is back`,
    };
  }
  if (lagMs < lagShownMs) return undefined;
  return {
    zh: `时序库 ${sink.id} 正在补收 ${since} 以来的数据,其图表暂不完整。报警不受影响,无需处理`,
    en: `time-series database ${sink.id} is catching up from ${since}; its charts are not complete yet. Alarms are not affected, nothing is to be done`,
  };
};

const refusalOf = ({ id }: SinkSite, points: number, why = ""): Bilingual => {
  const words = why.slice(0, 200);
  return {
    zh: `时序库 ${id} 拒收 ${points} 个数据点(${words}),已跳过,其余照常。中心自己的历史完整;请按日志检查该库字段类型`,
    en: `time-series database ${id} refuses ${points} points (${words}); they are left out there, all others go on. The center's own history is complete; check the field types there by the log`,
  };
};
