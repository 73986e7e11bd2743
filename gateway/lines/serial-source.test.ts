import { expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import type { Report } from "#domain/reading.ts";
import { err, ok } from "#domain/result.ts";
import type { PortEvents } from "./byte-port.ts";
import { startSerialSource, type FrameProfile, type FrameReader } from "./serial-source.ts";
import { createManualTime } from "./testing/manual-time.ts";

const active: FrameProfile = { baudRate: 9_600, mode: "active" };
const asked: FrameProfile = {
  baudRate: 9_600,
  mode: "question-answer",
  query: [0xff, 1, 0x86],
  pollIntervalMs: 2_000,
};

/** Frames of one byte: 1–99 is a reading, anything else fits nowhere. */
const createByteReader = (): FrameReader => ({
  push: (bytes) => {
    const isFrame = (byte: number): boolean => byte > 0 && byte < 100;
    return {
      frames: [...bytes]
        .filter(isFrame)
        .map((byte) => [
          { kind: "no-level", gas: "co", quality: "sentinel", raw: String(byte) } as const,
        ]),
      discarded: [...bytes].filter((byte) => !isFrame(byte)),
    };
  },
});

const startStory = async (profile: FrameProfile) => {
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
    createFrameReader: createByteReader,
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
  await time.advance(0);
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
  const { reports, hear, source } = await startStory(active);
  hear(31, 32);
  expect(reports).toMatchObject([
    {
      detector: "kitchen",
      position: { line: "winsen-1", place: "/dev/serial/by-id/usb-1" },
      findings: [{ raw: "31" }],
    },
    { findings: [{ raw: "32" }] },
  ]);
  expect(source.stats()).toMatchObject({ frames: 2, discardedBytes: 0, open: true });
});

test("bytes that belong to no frame are counted", async () => {
  const { reports, hear, source } = await startStory(active);
  hear(0, 200, 31, 255);
  expect(reports).toHaveLength(1);
  expect(source.stats()).toMatchObject({ frames: 1, discardedBytes: 3 });
});

test("a detector that speaks by itself is never asked, another at each interval", async () => {
  const speaking = await startStory(active);
  await speaking.time.advance(10_000);
  expect(speaking.written).toEqual([]);

  const silent = await startStory(asked);
  await silent.time.advance(6_500);
  expect(silent.written.map(({ atMs }) => atMs)).toEqual([2_000, 4_000, 6_000]);
  expect(silent.written[0]?.bytes).toEqual(Uint8Array.from([0xff, 1, 0x86]));
});

test("five intervals without a frame are a fault, said again while it lasts", async () => {
  const { time, reports, hear } = await startStory(active);
  hear(31);
  await time.advance(4_999);
  expect(reports).toHaveLength(1);
  await time.advance(10_001);
  const faults = reports.slice(1);
  expect(faults.map((report) => report.receivedAt.monoMs)).toEqual([5_000, 10_000, 15_000]);
  expect(faults[0]?.findings).toMatchObject([{ kind: "fault", fault: { code: "no-reply" } }]);
});

test("only noise is a fault that shows the bytes", async () => {
  const { time, reports, hear } = await startStory(active);
  hear(0xfe, 0xca);
  await time.advance(5_000);
  expect(reports).toMatchObject([
    { findings: [{ kind: "fault", fault: { code: "malformed", at: "feca" } }] },
  ]);
});

test("an unplugged detector is a fault, and reads again once plugged in", async () => {
  const { time, reports, hear, source, unplug, plugIn } = await startStory(active);
  unplug();
  await time.advance(5_000);
  expect(source.stats().open).toBe(false);
  expect(reports).toMatchObject([{ findings: [{ kind: "fault" }] }]);
  plugIn();
  await time.advance(5_000);
  expect(source.stats()).toMatchObject({ open: true, openings: 2 });
  hear(40);
  expect(reports.at(-1)).toMatchObject({ findings: [{ raw: "40" }] });
});

test("after closing nothing is asked and nothing said", async () => {
  const { time, source, reports, written } = await startStory(asked);
  await source.close();
  await time.advance(60_000);
  expect([reports, written]).toEqual([[], []]);
});
