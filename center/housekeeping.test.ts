import { expect, test, vi } from "vitest";
import { createFakeGateway } from "./fake-gateway.testing.ts";
import { keepHouse } from "./housekeeping.ts";
import { openGround } from "./open-ground.testing.ts";
import { isKnownPosition, lastPosition, pruneStream } from "./store/stream-log.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

const dayMs = 24 * 3_600_000;

test("housekeeping forgets old refusals and never an alarm, a case, a record", async () => {
  const ground = await openGround();
  const gateway = createFakeGateway("gw-1");
  await ground.take(gateway.alarm({ seq: 1 }));
  await ground.take(gateway.tell("alarm", "not json"));
  const nowMs = ground.time.clock.now().wallMs;

  await keepHouse(ground.store, nowMs + 89 * dayMs);
  expect(await ground.countRows("refusals")).toBe(1);
  await keepHouse(ground.store, nowMs + 3_650 * dayMs);
  expect(await ground.countRows("refusals")).toBe(0);
  for (const table of ["alarms", "cases", "records"] as const) {
    expect(await ground.countRows(table)).toBe(1);
  }
  await ground.close();
});

test("the stream keeps its newest positions; an older one is no longer known", async () => {
  const ground = await openGround();
  const gateway = createFakeGateway("gw-1");
  const positions: number[] = [];
  for (let seq = 1; seq <= 5; seq += 1) {
    await ground.take(gateway.alarm({ seq, episode: `e${seq}` }));
    positions.push(await lastPosition(ground.store.db));
  }
  await ground.store.write((tx) => pruneStream(tx, 5));
  const known = await Promise.all(positions.map((one) => isKnownPosition(ground.store.db, one)));
  expect(known).toEqual([false, false, false, true, true]);
  expect(await ground.countRows("alarms")).toBe(5);
  await ground.close();
});
