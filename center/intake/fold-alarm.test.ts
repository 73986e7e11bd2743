import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createFakeGateway, type Happening } from "../fake-gateway.testing.ts";
import { foldAlarm, goOnAs, markDurable, type Alarm } from "./fold-alarm.ts";

const gateway = createFakeGateway("gw-1");

const fold = (happenings: readonly Happening[]): Alarm => {
  const [first, ...rest] = happenings;
  if (first === undefined) throw new Error("nothing happened");
  const add = (alarm: Alarm | undefined, happening: Happening): Alarm => {
    const { data, durable, late } = gateway.message(happening);
    return foldAlarm(
      alarm,
      { notice: data, durable, late },
      { episode: "ep-1", gateway: "gw-1", nowMs: 1_000 },
    );
  };
  return rest.reduce(add, add(undefined, first));
};

const story: readonly Happening[] = [
  { kind: "raised", atMs: 0, seq: 1 },
  { kind: "worsened", atMs: 5_000, seq: 2, co: 500 },
  { kind: "worsened", atMs: 5_000, co: 501, id: "same-moment" },
  { kind: "worsened", atMs: 9_000, seq: 3, co: 900, late: true },
  { kind: "returned", atMs: 60_000, seq: 4, co: 2 },
];

test("the alarm is the same in whatever order, and however often, its events arrive", () => {
  const told = fold(story);
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...story], { minLength: story.length }),
      fc.array(fc.constantFrom(...story), { maxLength: 5 }),
      (shuffled, repeats) => {
        expect(fold([...shuffled, ...repeats])).toEqual(told);
      },
    ),
  );
  expect(told.condition).toBe("returned");
  expect(told.memory.undurable).toEqual(["same-moment"]);
});

test("what was told last of an active alarm is the newest by the gateway's clock", () => {
  const told = fold([story[3], story[0], story[1]].filter((one) => one !== undefined));
  expect(told.condition).toBe("active");
  expect(told.notice.event.level).toEqual({ gas: "co", ppm: 900 });
  expect(told.memory.first.late).toBe(false);
});

test("a notice that comes numbered at last is on the gateway's disk as well", () => {
  const told = fold([{ id: "e1" }, { id: "e2", kind: "worsened", atMs: 1 }]);
  expect(markDurable(told, "e1").memory.undurable).toEqual(["e2"]);
});

test("the gateway's numbers decide what came last, though a clock set back says otherwise", () => {
  const told = fold([
    { id: "ep-1#1@boot-1:9000", atMs: 9_000 },
    { id: "ep-1#2@boot-2:5000", kind: "worsened", atMs: 5_000, co: 500 },
  ]);
  expect(told.notice.event.level).toEqual({ gas: "co", ppm: 500 });
});

test("an alarm that goes on after a return nobody could write down is active again", () => {
  const forgotten: readonly Happening[] = [
    { id: "ep-1#1@boot-1:0", seq: 1 },
    { id: "ep-1#2@boot-1:5000", kind: "returned", atMs: 5_000 },
    { id: "ep-1#2@boot-1:9000", kind: "worsened", atMs: 9_000, seq: 2 },
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray([...forgotten], { minLength: 3 }), (shuffled) => {
      expect(fold(shuffled).condition).toBe("active");
    }),
  );
  const end: Happening = { id: "ep-1#3@boot-1:9900", kind: "returned", atMs: 9_900, seq: 3 };
  expect(fold([...forgotten, end]).condition).toBe("returned");
});

test("an alarm began with its first event, though the next boot's clock begins in 1970", () => {
  const place = { episode: "ep-1", gateway: "gw-1", nowMs: 1_000 };
  const nextBoot = createFakeGateway("gw-1", "journal-1", "boot-2");
  const raised = gateway.message({ id: "ep-1#1@boot-1:9000", atMs: 9_000 });
  const returned = nextBoot.message({
    id: "ep-1#2@boot-2:5000",
    kind: "returned",
    atMs: 5_000,
    wallMs: 5_000,
  });
  for (const order of [
    [raised, returned],
    [returned, raised],
  ]) {
    const told = order.reduce<Alarm | undefined>(
      (alarm, { data, durable, late }) => foldAlarm(alarm, { notice: data, durable, late }, place),
      undefined,
    );
    expect(told?.memory.first.at).toEqual(raised.data.event.at);
  }
});

test("what a person had said of an alarm counts no longer once it goes on under another name", () => {
  const told = fold([{ kind: "raised", atMs: 0, seq: 1 }]);
  const memory = { ...told.memory, ended: { by: "chen", atMs: 5_000, reason: "换卡" } };
  const next = gateway.message({ kind: "worsened", atMs: 9_000, seq: 2, co: 900 });
  const { data: notice, durable, late } = next;
  const after = goOnAs({ ...told, condition: "returned", memory }, { notice, durable, late });
  expect(after.condition).toBe("active");
  expect(after.memory).not.toHaveProperty("ended");
});
