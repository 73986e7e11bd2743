import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AlarmMessage } from "#domain/wire.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openGround, type Ground } from "../open-ground.testing.ts";
import { createStandIn, type StandIn } from "./stand-in.ts";

// Real commits: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

const gateway = createFakeGateway("gw-1");
let ground: Ground;
let guard: StandIn;
let shown: string[];
let stored: string[];
let taken: number;
beforeEach(async () => {
  ground = await openGround();
  shown = [];
  stored = [];
  taken = 0;
  const episodes = (messages: readonly AlarmMessage[]) =>
    messages.map(({ data }) => String(data.event.episode));
  guard = createStandIn({
    db: ground.store.db,
    clock: ground.time.clock,
    take: (delivery) => {
      taken += 1;
      return ground.take(delivery);
    },
    show: (messages) => shown.push(...episodes(messages)),
    stored: (messages) => stored.push(...episodes(messages)),
  });
});
afterEach(() => ground.close());

/** So many seconds later, one look. */
const look = async (afterSeconds: number): Promise<void> => {
  ground.time.advance(afterSeconds * 1_000);
  guard.tick();
  await guard.idle();
};

test("what another center commits within two seconds is left to it", async () => {
  const alarm = gateway.alarm({ seq: 1, episode: "theirs" });
  guard.hold(alarm);
  await ground.take(alarm);
  await look(1.9);
  await look(0.2);
  expect([taken, shown, stored]).toEqual([0, [], []]);
});

test("what nobody has committed after two seconds is taken in here, once, and never shown as not stored", async () => {
  guard.hold(gateway.alarm({ seq: 1, episode: "orphan" }));
  guard.hold(gateway.alarm({ seq: 1, episode: "orphan" }));
  await look(1.9);
  expect(taken).toBe(0);
  await look(0.2);
  await look(5);
  expect([taken, shown]).toEqual([1, []]);
  expect(await ground.countRows("alarms")).toBe(1);
});

test("what was let go of is committed already", async () => {
  guard.hold(gateway.alarm({ seq: 1 }))();
  await look(5);
  expect(taken).toBe(0);
});

test("with a database that takes no writes alarms are shown, each once, and stored when it does again", async () => {
  await ground.breakDisk();
  guard.hold(gateway.alarm({ seq: 1, episode: "first" }));
  await look(2.1);
  await look(0.5);
  expect(shown).toEqual(["first"]);
  guard.hold(gateway.alarm({ seq: 2, episode: "second" }));
  await look(2.1);
  expect(shown).toEqual(["first", "second"]);
  await ground.mendDisk();
  await look(0.5);
  expect(stored).toEqual(["first", "second"]);
  expect(await ground.countRows("alarms")).toBe(2);
});

test("nothing but alarms is watched over", async () => {
  guard.hold(gateway.status());
  guard.hold(gateway.tell("alarm", "not json"));
  await look(5);
  expect([taken, shown]).toEqual([0, []]);
});
