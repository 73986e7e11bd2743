import { expect, test } from "vitest";
import type { ActionEvent } from "#domain/action.ts";
import { bootId, detectorId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import { createEndedHolds } from "./ended-holds.ts";

const at = (wall: number) => ({ bootId: bootId("b"), monoMs: monoMs(wall), wallMs: epochMs(wall) });
const ran = (kind: ActionEvent["kind"], wall: number): ActionEvent => ({
  id: `kitchen:${kind}:${wall}`,
  kind,
  detector: detectorId("kitchen"),
  rule: "battery-low",
  by: "李敏",
  reason: "换电池",
  at: at(wall),
});

/** Notes over one piece of disk; `again` is the next process over the same. */
const open = (saved?: string) => {
  let disk = saved;
  const again = () =>
    createEndedHolds({ saved: disk, save: (json) => (disk = json), nowMs: () => 1_000 });
  return { again };
};

test("only what ended by its time is noted, the newest first, and outlives a restart", () => {
  const { again } = open();
  const first = again();
  first.note([ran("shelved", 1), ran("hush-expired", 2), ran("unshelved", 3)]);
  expect(first.all()).toEqual([]);
  first.note([ran("shelving-expired", 4)]);
  first.note([ran("service-hold-expired", 5)]);
  const told = again().all();
  expect(told.map(({ kind, endedAtMs }) => `${kind} ${endedAtMs}`)).toEqual([
    "out-of-service 5",
    "shelved 4",
  ]);
  again().seen(told[0]?.id ?? "");
  expect(again().all()).toEqual(told.slice(1));
});

test.each(["{", "[]", '{"version":2,"ended":[]}', '{"version":1,"ended":[{"id":7}]}'])(
  "text that is none of ours (%s) costs notes and nothing else",
  (saved) => {
    const { again } = open(saved);
    const notes = again();
    expect(notes.all()).toEqual([]);
    notes.note([ran("shelving-expired", 4)]);
    expect(again().all()).toHaveLength(1);
  },
);

test("two hundred are kept: a gateway gone mad fills no disk", () => {
  const { again } = open();
  const notes = again();
  for (let wall = 1; wall <= 300; wall += 1) notes.note([ran("shelving-expired", wall)]);
  expect(again().all()).toHaveLength(200);
  expect(again().all()[0]?.endedAtMs).toBe(300);
});
