/** Alarms timed from the write of the reading to the buzzer and to the center, over a steady base load. */
import { send, type Connection, type Fleet } from "./fleet.ts";
import { pause } from "./flood.ts";
import { detectorName, type PacedPhase, type PacedResult } from "./jobs.ts";

/** Where the generator hears that an alarm has arrived: detector name, monotonic milliseconds. */
export interface Arrivals {
  onBuzzer: (detector: string, atMs: number) => void;
  onCommit: (detector: string, atMs: number) => void;
}

const lateAtMostMs = 5_000;

export const paced = async (
  fleet: Fleet,
  arrivals: Arrivals,
  alarmers: number,
  phase: PacedPhase,
  watchesCommits: boolean,
): Promise<PacedResult> => {
  const alarming = fleet.connections.slice(0, alarmers);
  const base = fleet.connections.slice(alarmers);
  const buzzer = createStopwatch();
  const commit = createStopwatch();
  arrivals.onBuzzer = buzzer.stop;
  arrivals.onCommit = commit.stop;

  const startMs = performance.now();
  const measuredFromMs = startMs + phase.warmUpMs;
  const endMs = measuredFromMs + phase.measureMs;
  const alarm = (connection: Connection): void => {
    const name = detectorName(connection.index);
    const packet = connection.packets.next("alarm");
    const nowMs = performance.now();
    buzzer.start(name, nowMs, nowMs >= measuredFromMs);
    if (watchesCommits) commit.start(name, nowMs, nowMs >= measuredFromMs);
    send(connection, packet);
  };
  // At most one alarm of each detector, or the rules would take it for chatter; it ends later.
  const half = Math.floor(alarmers / 2);
  let readings = 0;
  let alarms = 0;
  for (let nowMs = startMs; nowMs < endMs; nowMs = performance.now()) {
    const elapsedSeconds = (nowMs - startMs) / 1_000;
    for (; alarms < elapsedSeconds * phase.alarmsPerSecond; alarms += 1) {
      const [rising, ending] = [alarming[alarms % alarmers], alarming[(alarms + half) % alarmers]];
      if (rising) alarm(rising);
      if (ending && alarms >= half) send(ending, ending.packets.next("harmless"));
    }
    for (; readings < elapsedSeconds * phase.readingsPerSecond; readings += 1) {
      const connection = base[readings % base.length];
      if (connection) send(connection, connection.packets.next("harmless"));
    }
    await Promise.race([pause(1), fleet.broken]);
  }
  const seconds = (performance.now() - startMs) / 1_000;
  await Promise.race([Promise.all([buzzer.settled(), commit.settled()]), fleet.broken]);
  await endAlarms(fleet, alarming);
  return {
    kind: "paced",
    buzzerMs: [...buzzer.samplesMs],
    commitMs: [...commit.samplesMs],
    buzzerMissing: buzzer.missing(),
    commitMissing: commit.missing(),
    readingsPerSecond: readings / seconds,
  };
};

/** One running time per name; what was started unmeasured (warm-up) is not kept. */
const createStopwatch = () => {
  const running = new Map<string, { readonly sinceMs: number; readonly measured: boolean }>();
  const samplesMs: number[] = [];
  let overtaken = 0;
  let onQuiet = (): void => {};
  return {
    samplesMs,
    start: (name: string, nowMs: number, measured: boolean): void => {
      if (running.get(name)?.measured === true) overtaken += 1;
      running.set(name, { sinceMs: nowMs, measured });
    },
    stop: (name: string, nowMs: number): void => {
      const run = running.get(name);
      if (run === undefined || nowMs < run.sinceMs) return;
      running.delete(name);
      if (run.measured) samplesMs.push(nowMs - run.sinceMs);
      if (running.size === 0) onQuiet();
    },
    settled: (): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, lateAtMostMs);
        onQuiet = () => {
          clearTimeout(timer);
          resolve();
        };
        if (running.size === 0) onQuiet();
      }),
    missing: (): number =>
      overtaken + running.values().reduce((count, { measured }) => count + (measured ? 1 : 0), 0),
  };
};

/** Leaves every detector quiet for the next phase. */
const endAlarms = async (fleet: Fleet, alarming: readonly Connection[]): Promise<void> => {
  const ended = alarming.map(
    (connection) =>
      new Promise<void>((resolve) => {
        connection.onAcknowledged = () => {
          if (connection.inFlight === 0) resolve();
        };
        send(connection, connection.packets.next("harmless"));
      }),
  );
  await Promise.race([Promise.all(ended), fleet.broken]);
};
