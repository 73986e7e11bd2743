/** Who goes first when more waits than one transaction holds, and how large those become. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openGround, type Ground } from "../open-ground.testing.ts";
import { createIntake } from "./intake.ts";

// Thousands of alarms: a busy machine may take its time.
vi.setConfig({ testTimeout: 60_000 });

let ground: Ground;
beforeEach(async () => {
  ground = await openGround();
});
afterEach(() => ground.close());
const [first, second] = [createFakeGateway("gw-1"), createFakeGateway("gw-2")];

/** Takes an alarm; answers in which batch it was committed, from 1. */
const batchOf = async (alarm: Parameters<Ground["take"]>[0]): Promise<number> => {
  await ground.take(alarm);
  return ground.batches.length;
};

const backlog = (of: typeof first, count: number) =>
  Array.from({ length: count }, (_, index) =>
    of.alarm({ seq: index + 1, episode: `night-${index}`, late: true }),
  );

test("a new alarm does not wait behind another gateway's night", async () => {
  const night = backlog(second, 1_500).map(batchOf);
  const fresh = batchOf(first.alarm({ seq: 1, episode: "now" }));
  const heartbeat = batchOf(first.status({ atMs: 9_000 }));

  expect(await fresh).toBe(1);
  expect(await heartbeat).toBe(1);
  expect(Math.max(...(await Promise.all(night)))).toBeGreaterThan(1);
});

test("a gateway's own messages keep their order: nothing it sent is taken for lost", async () => {
  const other = backlog(second, 600).map(batchOf);
  const own = [...backlog(first, 700), first.alarm({ seq: 701, episode: "now" })].map(batchOf);

  const batches = await Promise.all(own);
  expect(batches).toEqual(batches.toSorted((a, b) => a - b));
  // All of it before the other's, which has nothing new to say.
  expect(Math.min(...(await Promise.all(other)))).toBeGreaterThanOrEqual(batches.at(-1) ?? 0);
  expect(ground.receipts.flatMap(({ receipt }) => receipt.data.holes)).toEqual([]);
  expect(ground.lastReceipt().upTo).toBe(600);
});

test("a quick database is given larger batches, a slow one is not", async () => {
  const batchesWhenEachTakes = async (of: typeof first, ms: number): Promise<number[]> => {
    const batches: number[] = [];
    const intake = createIntake({
      store: {
        ...ground.store,
        write: async (work) => {
          ground.time.advance(ms);
          return ground.store.write(work);
        },
      },
      clock: ground.time.clock,
      sendReceipt: () => {},
      onCommitted: ({ messages }) => batches.push(messages),
      onTrouble: () => {},
    });
    await Promise.all(backlog(of, 2_000).map(intake.take));
    return batches;
  };

  expect(await batchesWhenEachTakes(first, 1)).toEqual([512, 1_488]);
  expect(await batchesWhenEachTakes(second, 1_000)).toEqual([512, 512, 512, 464]);
});
