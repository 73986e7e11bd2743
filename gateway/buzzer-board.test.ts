import { describe, expect, test } from "vitest";
import type { BuzzerCommand } from "#domain/buzzer.ts";
import { buzzerId, detectorId } from "#domain/ids.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { createBuzzerBoard } from "./buzzer-board.ts";
import type { Buzzer, GatewayFault } from "./ports.ts";

const kitchen = detectorId("kitchen");
const bath = detectorId("bath");
const silent: Bilingual = { zh: "没有回读", en: "no read-back" };

/** A buzzer that notes what it was told and answers as `answer` says. */
const listen = (answer: () => Promise<Result<void, Bilingual>> = async () => ok(undefined)) => {
  const told: string[] = [];
  const buzzer: Buzzer = {
    id: buzzerId("duty-room"),
    set: (command: BuzzerCommand) => {
      told.push(command.state === "on" ? `on ${command.pattern} ${command.cause}` : "off");
      return answer();
    },
    close: async () => {},
  };
  return { buzzer, told };
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a buzzer", () => {
  test("is set once at the start, so that what a crash left behind ends", () => {
    const { buzzer, told } = listen();
    createBuzzerBoard([{ buzzer }], { reportFault: () => {}, timers: createManualTime(0).timers });
    expect(told).toEqual(["off"]);
  });

  test("sounds T3 for gas, T4 as soon as CO joins, and until the last has ended", () => {
    const { buzzer, told } = listen();
    const board = createBuzzerBoard([{ buzzer }], {
      reportFault: () => {},
      timers: createManualTime(0).timers,
    });
    board.follow(kitchen, "gas");
    board.follow(kitchen, "gas");
    board.follow(bath, "co");
    board.follow(bath, "none");
    board.follow(kitchen, "none");
    expect(told).toEqual(["off", "on t3 always", "on t4 always", "on t3 always", "off"]);
  });

  test("that breaks at once keeps no other from sounding, nor the alarm from going on", async () => {
    const broken = listen(() => {
      throw new TypeError("a bug in the driver");
    });
    const { buzzer, told } = listen();
    const faults: GatewayFault[] = [];
    const board = createBuzzerBoard([{ buzzer: broken.buzzer }, { buzzer }], {
      reportFault: (fault) => faults.push(fault),
      timers: createManualTime(0).timers,
    });
    board.follow(kitchen, "co");
    expect(told).toEqual(["off", "on t4 always"]);
    await settled();
    expect(faults.some(({ text }) => text.en.includes("a bug in the driver"))).toBe(true);
  });

  test("does not sound for a detector it does not serve", () => {
    const { buzzer, told } = listen();
    const board = createBuzzerBoard([{ buzzer, serves: new Set([kitchen]) }], {
      reportFault: () => {},
      timers: createManualTime(0).timers,
    });
    board.follow(bath, "co");
    expect(told).toEqual(["off"]);
    board.follow(kitchen, "co");
    expect(told).toEqual(["off", "on t4 always"]);
  });

  test("that does not confirm is a fault, and is told again every five seconds until it does", async () => {
    const time = createManualTime(0);
    const faults: GatewayFault[] = [];
    let works = true;
    const { buzzer, told } = listen(async () => (works ? ok(undefined) : err(silent)));
    const board = createBuzzerBoard([{ buzzer }], {
      reportFault: (fault) => faults.push(fault),
      timers: time.timers,
    });
    await settled();

    works = false;
    board.follow(kitchen, "co");
    await settled();
    expect(board.status()).toMatchObject([{ confirmed: false }]);
    expect(faults.at(-1)).toMatchObject({ key: "buzzer:duty-room", present: true, text: silent });

    time.advance(5_000);
    await settled();
    works = true;
    time.advance(5_000);
    await settled();
    expect(told).toEqual(["off", "on t4 always", "on t4 always", "on t4 always"]);
    expect(faults.at(-1)).toMatchObject({ present: false });
    expect(board.status()).toMatchObject([{ confirmed: true }]);
  });

  test("whose driver breaks is a fault, not a crash", async () => {
    const faults: GatewayFault[] = [];
    const { buzzer } = listen(() => Promise.reject(new Error("unplugged")));
    createBuzzerBoard([{ buzzer }], {
      reportFault: (fault) => faults.push(fault),
      timers: createManualTime(0).timers,
    });
    await settled();
    expect(faults.at(-1)?.text.en).toContain("unplugged");
  });

  test("that confirms late does not undo a newer command", async () => {
    const answers: ((result: Result<void, Bilingual>) => void)[] = [];
    const { buzzer } = listen(() => new Promise((resolve) => answers.push(resolve)));
    const board = createBuzzerBoard([{ buzzer }], {
      reportFault: () => {},
      timers: createManualTime(0).timers,
    });
    board.follow(kitchen, "gas");
    answers[0]?.(ok(undefined));
    await settled();
    expect(board.status()).toMatchObject([{ command: { state: "on" }, confirmed: false }]);
    answers[1]?.(ok(undefined));
    await settled();
    expect(board.status()).toMatchObject([{ confirmed: true }]);
  });
});
