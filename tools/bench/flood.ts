/** Readings as fast as they are taken in: how many a second, and what each costs in CPU time. */
import { send, type Connection, type Fleet } from "./fleet.ts";
import type { FloodPhase, FloodResult, Job } from "./jobs.ts";
import { cpuMs } from "./processes.ts";
import { sum } from "./statistics.ts";

/** What the taker itself has counted, for a peer whose broker acknowledges on its own account. */
export interface Progress {
  readonly taken: () => number;
  /** Messages the generator may be ahead of the taker; Infinity: the acknowledgement says it all. */
  readonly aheadMax: number;
  readonly onMoved: (job: () => void) => void;
}

export const flood = async (
  fleet: Fleet,
  phase: FloodPhase,
  { pids, detectors }: Pick<Job, "pids" | "detectors">,
  progress: Progress | undefined,
): Promise<FloodResult> => {
  const counts = { sent: 0, acknowledged: 0, alarms: 0, sending: true };
  const takenBefore = progress?.taken() ?? 0;
  const taken = (): number =>
    progress === undefined ? counts.acknowledged : progress.taken() - takenBefore;
  const mayGoOn = (): boolean =>
    counts.sending && (progress === undefined || counts.sent - taken() < progress.aheadMax);

  const refill = (connection: Connection): void => {
    const room = phase.window - connection.inFlight;
    if (room <= 0 || !mayGoOn()) return;
    const packets: Buffer[] = [];
    for (let count = 0; count < room; count += 1) packets.push(nextPacket(connection));
    counts.sent += room;
    send(connection, Buffer.concat(packets), room);
  };
  // Each alarm is of a detector that has not alarmed yet: one that alarms and clears again and again
  // is chatter, which the rules fold into one episode.
  let alarming = fleet.connections.length;
  const nextPacket = (connection: Connection): Buffer => {
    const number = (turnOf.get(connection) ?? 0) + 1;
    turnOf.set(connection, number);
    if (phase.alarmEvery === 0 || number % phase.alarmEvery !== 0)
      return connection.packets.next("harmless");
    if (alarming >= detectors) throw new Error("every detector of the site has alarmed");
    counts.alarms += 1;
    alarming += 1;
    return connection.packets.alarmOf(alarming - 1);
  };
  // Detectors do not alarm all at the same moment.
  const turnOf = new Map(fleet.connections.map((connection) => [connection, connection.index]));

  for (const connection of fleet.connections) {
    connection.onAcknowledged = (count) => {
      counts.acknowledged += count;
      refill(connection);
    };
    refill(connection);
  }
  progress?.onMoved(() => {
    for (const connection of fleet.connections) refill(connection);
  });

  await Promise.race([pause(phase.warmUpMs), fleet.broken]);
  const before = snapshot(taken(), counts.alarms, pids);
  await Promise.race([pause(phase.measureMs), fleet.broken]);
  const after = snapshot(taken(), counts.alarms, pids);
  counts.sending = false;
  progress?.onMoved(() => {});
  await Promise.race([allAcknowledged(fleet), fleet.broken]);
  return {
    kind: "flood",
    taken: after.taken - before.taken,
    alarms: after.alarms - before.alarms,
    seconds: (after.atMs - before.atMs) / 1_000,
    cpuMs: after.cpuMs - before.cpuMs,
    generatorCpuMs: after.ownCpuMs - before.ownCpuMs,
  };
};

const snapshot = (taken: number, alarms: number, pids: readonly number[]) => ({
  taken,
  alarms,
  atMs: performance.now(),
  cpuMs: sum(pids.map(cpuMs)),
  ownCpuMs: cpuMs(process.pid),
});

const drainWithinMs = 20_000;

const allAcknowledged = (fleet: Fleet): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`readings without an acknowledgement after ${drainWithinMs} ms`));
    }, drainWithinMs);
    const look = (): void => {
      if (fleet.connections.some(({ inFlight }) => inFlight > 0)) return;
      clearTimeout(timer);
      resolve();
    };
    for (const connection of fleet.connections) connection.onAcknowledged = look;
    look();
  });

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
