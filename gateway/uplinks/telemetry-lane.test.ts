import { expect, test } from "vitest";
import { gatewayId } from "#domain/ids.ts";
import { parseTelemetry, type TelemetryMessage } from "#domain/telemetry-wire.ts";
import { downTopic } from "#domain/wire.ts";
import type { GatewayFault } from "#gateway/ports.ts";
import { createMemoryStore } from "#gateway/telemetry/memory-store.ts";
import { hourOf, sampleBlock } from "#gateway/telemetry/sample-blocks.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { createTelemetryLane } from "./telemetry-lane.ts";

const gateway = gatewayId("gateway-1");
const hourMs = 3_600_000;

/** A lane, its store, and a center that answers when it is told to. */
const openStory = (start: { readonly wallMs?: number } = {}) => {
  const time = createManualTime(start.wallMs);
  const store = createMemoryStore({ budgetBytes: 1e9 });
  const faults = new Map<string, GatewayFault>();
  const sent: TelemetryMessage[] = [];
  const taken = new Set<number>();
  const state = { isUp: true, urgent: 0, answers: true, knowsTelemetry: true, poison: 0 };
  let hear: (topic: string, payload: string) => void = () => {};
  let setLine: (up: boolean) => void = () => {};

  const answer = (ids: readonly string[], refused: readonly string[] = []): void => {
    const reason = { zh: "不认识", en: "unknown" };
    const data = { upTo: 0, holes: [], ids, refused: refused.map((id) => ({ id, reason })) };
    hear(
      downTopic(gateway, "receipt"),
      JSON.stringify({
        specversion: "1.0",
        id: "r",
        source: "/canary/center",
        type: "canary.receipt.v1",
        time: "t",
        datacontenttype: "application/json",
        data,
      }),
    );
  };
  const lane = createTelemetryLane({
    link: {
      publish: async (_topic, payload) => {
        const message = parseTelemetry(payload);
        if (!message.ok) throw new Error(JSON.stringify(message.error));
        sent.push(message.value);
        if (!state.answers) return;
        const { id, data } = message.value;
        const refuses = !state.knowsTelemetry || data.blocks.some(({ n }) => n === state.poison);
        if (refuses) {
          answer([], [id]);
          return;
        }
        for (const { n } of data.blocks) taken.add(n);
        answer([id]);
      },
      onMessage: (handler) => (hear = handler),
      onState: (handler) => (setLine = handler),
      close: async () => {},
    },
    store,
    clock: time.clock,
    timers: time.timers,
    gateway,
    reportFault: (fault) => void faults.set(fault.key, fault),
    isUp: () => state.isUp,
    urgent: () => state.urgent,
    onState: () => {},
  });
  const fill = async (blocks: number): Promise<void> => {
    const all = Array.from({ length: blocks }, (_, n) => sampleBlock(n * hourMs, hourOf(n % 9)));
    await store.append(all, []);
  };
  /** Lets everything under way come to rest, without time passing. */
  const rest = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn += 1) await time.rest();
  };
  return {
    ...time,
    rest,
    store,
    lane,
    sent,
    taken,
    state,
    faults,
    fill,
    answer,
    setLine: (up: boolean) => setLine(up),
  };
};

test("what has waited for the line is at the center once it is there, and forgotten here", async () => {
  const story = openStory();
  await story.fill(300);
  await story.pass(10_000);
  expect(story.sent).toEqual([]);
  story.setLine(true);
  await story.pass(1_000);
  await story.rest();
  expect(story.taken.size).toBe(300);
  expect(await story.store.state()).toMatchObject({ blocks: 0 });
});

test("messages grow while receipts are fast: a small one first, never more than two under way", async () => {
  const story = openStory();
  await story.fill(2_000);
  story.state.answers = false;
  story.setLine(true);
  await story.pass(1_000);
  expect(story.sent).toHaveLength(2);
  expect(JSON.stringify(story.sent[0]).length).toBeLessThan(6_000);
  story.state.answers = true;
  for (const { id } of story.sent) story.answer([id]);
  await story.pass(3_000);
  const sizes = story.sent.map((message) => JSON.stringify(message).length);
  expect(Math.max(...sizes)).toBeGreaterThan(60_000);
  expect(Math.max(...sizes)).toBeLessThan(140_000);
});

test("while alarms are unconfirmed one message now and then is all that goes", async () => {
  const story = openStory();
  await story.fill(2_000);
  story.state.urgent = 5;
  story.setLine(true);
  await story.pass(60_000);
  expect(story.sent.length).toBeGreaterThan(5);
  expect(story.sent.length).toBeLessThan(15);
  story.state.urgent = 0;
  await story.pass(2_000);
  await story.rest();
  expect(story.taken.size).toBe(2_000);
});

test("nothing goes to a center that does not answer, nor with a clock that was never set", async () => {
  const story = openStory();
  await story.fill(10);
  story.state.isUp = false;
  story.setLine(true);
  await story.pass(60_000);
  expect(story.sent).toEqual([]);

  const in1970 = openStory({ wallMs: 1_000 });
  await in1970.fill(1);
  in1970.setLine(true);
  await in1970.pass(60_000);
  expect(in1970.sent).toEqual([]);
  in1970.jumpWall(1_795_000_000_000);
  await in1970.pass(1_000);
  expect(in1970.sent[0]?.data.blocks[0]?.startMs).toBe(1_795_000_001_000);
});

test("receipts that are lost cost a repeat, and a restart of the line begins anew by itself", async () => {
  const story = openStory();
  await story.fill(3);
  story.state.answers = false;
  story.setLine(true);
  await story.pass(29_000);
  const before = story.sent.length;
  story.state.answers = true;
  await story.pass(3_000);
  expect(story.sent.length).toBeGreaterThan(before);
  expect([...story.taken]).toEqual([1, 2, 3]);

  await story.fill(1);
  story.state.answers = false;
  await story.pass(6_000);
  story.setLine(false);
  story.state.answers = true;
  story.setLine(true);
  await story.pass(6_000);
  await story.rest();
  expect([...story.taken]).toEqual([1, 2, 3, 4]);
});

test("one block the center will not have holds up no other, and is offered again", async () => {
  const story = openStory();
  await story.fill(40);
  story.state.poison = 17;
  story.setLine(true);
  await story.pass(30_000);
  await story.rest();
  expect(story.taken.size).toBe(39);
  expect(story.faults.get("center-refuses-telemetry")?.present).toBe(true);
  expect(await story.store.state()).toMatchObject({ blocks: 1 });
  story.state.poison = 0;
  await story.pass(620_000);
  await story.rest();
  expect(story.taken.size).toBe(40);
  expect(story.faults.get("center-refuses-telemetry")?.present).toBe(false);
});

test("a center that knows no telemetry is asked once in ten minutes, and nothing is thrown away", async () => {
  const story = openStory();
  await story.fill(500);
  story.state.knowsTelemetry = false;
  story.setLine(true);
  await story.pass(500_000);
  expect(story.sent.length).toBeLessThan(12);
  expect(await story.store.state()).toMatchObject({ blocks: 500 });
  story.state.knowsTelemetry = true;
  await story.pass(700_000);
  await story.rest();
  expect(story.taken.size).toBe(500);
});

test("losses travel along until the newest total is confirmed", async () => {
  const story = openStory();
  const lost = { reason: "memory", fromMs: 1, toMs: 2 } as const;
  await story.store.append([], [{ ...lost, readings: 5 }]);
  story.setLine(true);
  await story.pass(1_000);
  await story.rest();
  expect(story.sent.flatMap(({ data }) => data.losses)).toMatchObject([{ ...lost, readings: 5 }]);
  await story.pass(60_000);
  expect(story.sent).toHaveLength(1);
});
