import { expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import type { Report } from "#domain/reading.ts";
import { err, ok } from "#domain/result.ts";
import type { SerialProfile } from "#firmware-config/profile.ts";
import { winsenZe07, winsenZe07Asked } from "#firmware-config/profiles/winsen.ts";
import type { PortEvents } from "./byte-port.ts";
import { startSerialSource } from "./serial-source.ts";
import { createManualTime } from "#platform/manual-time.ts";

/** W02–W05 and W09 of the device vectors. */
const frame3ppm = [0xff, 0x04, 0x03, 0x01, 0x00, 0x25, 0x13, 0x88, 0x38];
const frame150ppm = [0xff, 0x04, 0x03, 0x01, 0x05, 0xdc, 0x13, 0x88, 0x7c];
const answer = [0xff, 0x86, 0x00, 0x2a, 0x00, 0x00, 0x00, 0x20, 0x30];
const ppm = (value: number) => ({ kind: "level", level: { gas: "co", ppm: value } });

const startStory = async (profile: SerialProfile) => {
  const time = createManualTime();
  const reports: Report[] = [];
  const written: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  let events: PortEvents | undefined;
  let isPlugged = true;
  const source = startSerialSource({
    id: "winsen-1",
    path: "/dev/serial/by-id/usb-1",
    profile,
    detector: detectorId("kitchen"),
    take: (taken) => {
      reports.push(...taken);
      return undefined;
    },
    ...time,
    reportFault: () => {},
    openPort: async (opened) => {
      if (!isPlugged) return err({ zh: "", en: "" });
      events = opened;
      return ok({
        write: async (bytes) => {
          written.push({ atMs: time.nowMs(), bytes });
          return ok(undefined);
        },
        drain: async () => ok(undefined),
        flush: async () => {},
        close: async () => {},
      });
    },
  });
  await time.pass(0);
  return {
    time,
    source,
    reports,
    written,
    hear: (...bytes: number[]) => events?.onBytes(Uint8Array.from(bytes)),
    unplug: () => {
      isPlugged = false;
      events?.onClose({ zh: "", en: "" });
    },
    plugIn: () => {
      isPlugged = true;
    },
  };
};

test("every frame becomes a report that says who and where", async () => {
  const { reports, hear, source } = await startStory(winsenZe07);
  hear(...frame3ppm, ...frame150ppm);
  expect(reports).toMatchObject([
    {
      detector: "kitchen",
      position: { line: "winsen-1", place: "/dev/serial/by-id/usb-1" },
      findings: [ppm(3.7)],
    },
    { findings: [ppm(150)] },
  ]);
  expect(source.stats()).toMatchObject({ frames: 2, discardedBytes: 0, open: true });
});

test("bytes that belong to no frame are counted", async () => {
  const { reports, hear, source } = await startStory(winsenZe07);
  // A byte is lost in the first frame: one frame is gone, not two.
  hear(...frame3ppm.slice(1), ...frame150ppm);
  expect(reports).toHaveLength(1);
  expect(source.stats()).toMatchObject({ frames: 1, discardedBytes: 8 });
});

test("a detector that speaks by itself is never asked, another at each interval", async () => {
  const speaking = await startStory(winsenZe07);
  await speaking.time.pass(10_000);
  expect(speaking.written).toEqual([]);

  const silent = await startStory(winsenZe07Asked);
  await silent.time.pass(6_500);
  expect(silent.written.map(({ atMs }) => atMs)).toEqual([2_000, 4_000, 6_000]);
  expect(Buffer.from(silent.written[0]?.bytes ?? []).toString("hex")).toBe("ff0186000000000079");
  silent.hear(...answer);
  expect(silent.reports.at(-1)?.findings).toEqual([ppm(4.2)]);
});

test("five intervals without a frame are a fault, said again while it lasts", async () => {
  const { time, reports, hear } = await startStory(winsenZe07);
  hear(...frame3ppm);
  await time.pass(4_999);
  expect(reports).toHaveLength(1);
  await time.pass(10_001);
  const faults = reports.slice(1);
  expect(faults.map((report) => report.receivedAt.monoMs)).toEqual([5_000, 10_000, 15_000]);
  expect(faults[0]?.findings).toMatchObject([{ kind: "fault", fault: { code: "no-reply" } }]);
});

test("only noise is a fault that shows the bytes", async () => {
  const { time, reports, hear } = await startStory(winsenZe07);
  hear(0xfe, 0xca);
  await time.pass(5_000);
  expect(reports).toMatchObject([
    { findings: [{ kind: "fault", fault: { code: "malformed", at: "bytes FE CA" } }] },
  ]);
});

test("an unplugged detector is a fault, and reads again once plugged in", async () => {
  const { time, reports, hear, source, unplug, plugIn } = await startStory(winsenZe07);
  unplug();
  await time.pass(5_000);
  expect(source.stats().open).toBe(false);
  expect(reports).toMatchObject([{ findings: [{ kind: "fault" }] }]);
  plugIn();
  await time.pass(5_000);
  expect(source.stats()).toMatchObject({ open: true, openings: 2 });
  hear(...frame3ppm);
  expect(reports.at(-1)).toMatchObject({ findings: [ppm(3.7)] });
});

test("after closing nothing is asked and nothing said", async () => {
  const { time, source, reports, written } = await startStory(winsenZe07Asked);
  await source.close();
  await time.pass(60_000);
  expect([reports, written]).toEqual([[], []]);
});
