import { noticeId } from "#domain/notice.ts";
import { expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { createMemoryJournal } from "./journal/memory-journal.ts";
import { alarmRecord } from "./journal/sample-notice.ts";
import { createKeeper } from "./keeper.ts";

const kitchen = detectorId("kitchen");

/** A keeper over a disk that does with each commit what the story says, and then is well. */
const openKeeper = (fates: ("well" | "fails" | "hangs")[]) => {
  const time = createManualTime();
  const journal = createMemoryJournal({
    beforeCommit: () => {
      const fate = fates.shift() ?? "well";
      if (fate === "hangs") return new Promise(() => {});
      return fate === "fails" ? Promise.reject(new Error("EIO")) : Promise.resolve();
    },
  });
  const leftUnwritten: string[] = [];
  const keeper = createKeeper({
    journal,
    timers: time.timers,
    reportFault: () => {},
    onKept: () => {},
    onUnkept: (notice) => leftUnwritten.push(noticeId(notice)),
  });
  const keep = (id: string, state: string): Promise<string> =>
    keeper.keep(kitchen, [alarmRecord(id)], JSON.stringify(state)).then(
      () => "kept",
      () => "refused",
    );
  return { time, journal, keep, leftUnwritten };
};

test("a write that is refused while another follows it does not put the older state over the newer", async () => {
  const { time, journal, keep } = openKeeper(["fails"]);
  void keep("raised", "alarm");
  void keep("returned", "quiet");
  await time.pass(5_000);
  expect((await journal.states()).map(({ json }) => json)).toEqual(['"quiet"']);
  const records = await journal.pending("alarm", 0, 10);
  expect(records.map(({ notice }) => noticeId(notice))).toEqual(["raised", "returned"]);
});

test("an alarm behind an older one on a disk that hangs leaves within a second all the same", async () => {
  const { time, keep, leftUnwritten } = openKeeper(["fails", "hangs"]);
  expect(await keep("first", "a")).toBe("refused");
  await time.pass(1_500);
  void keep("second", "b");
  await time.pass(1_000);
  expect(leftUnwritten).toEqual(["first", "second"]);
});

test("what the disk refuses again and again is handed to the uplink once", async () => {
  const { time, keep, leftUnwritten } = openKeeper(["fails", "fails", "fails"]);
  void keep("leak", "a");
  await time.pass(10_000);
  expect(leftUnwritten).toEqual(["leak"]);
});
