import { describe, expect, test } from "vitest";
import type { BuzzerCommand } from "#domain/buzzer.ts";
import { buzzerId } from "#domain/ids.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { createBuzzerBoard } from "./buzzer-board.ts";
import type { Buzzer, GatewayFault } from "./ports.ts";

const id = buzzerId("duty-room");
const silent: Bilingual = { zh: "没有回读", en: "no read-back" };
const gas: BuzzerCommand = { state: "on", pattern: "t3", cause: "always" };
const co: BuzzerCommand = { state: "on", pattern: "t4", cause: "always" };
const off: BuzzerCommand = { state: "off" };

/** A buzzer that notes what it was told and answers as `answer` says. */
const listen = (
  answer: () => Promise<Result<void, Bilingual>> = async () => ok(undefined),
  more: Partial<Buzzer> = {},
) => {
  const told: string[] = [];
  const buzzer: Buzzer = {
    id,
    set: (command) => {
      told.push(command.state === "on" ? `on ${command.pattern} ${command.cause}` : "off");
      return answer();
    },
    close: async () => {},
    ...more,
  };
  return { buzzer, told };
};

const open = (...buzzers: readonly Buzzer[]) => {
  const time = createManualTime(0);
  const faults: GatewayFault[] = [];
  const board = createBuzzerBoard(buzzers, {
    reportFault: (fault) => faults.push(fault),
    timers: time.timers,
  });
  return { time, faults, board };
};

describe("a buzzer", () => {
  test("is told nothing before there is something to tell it", async () => {
    const { buzzer, told } = listen();
    const { time, board } = open(buzzer);
    await time.pass(300_000);
    expect(told).toEqual([]);
    expect(board.status()).toMatchObject([{ held: true, confirmed: false }]);
  });

  test("is told once what it is to do, however often it is said", () => {
    const { buzzer, told } = listen();
    const { board } = open(buzzer);
    for (const command of [off, gas, { ...gas }, co, off, off]) board.set(id, command);
    expect(told).toEqual(["off", "on t3 always", "on t4 always", "off"]);
  });

  test("that breaks at once keeps no other from sounding", async () => {
    const broken = listen(() => {
      throw new TypeError("a bug in the driver");
    });
    const other = listen(undefined, { id: buzzerId("corridor") });
    const { board, faults, time } = open(broken.buzzer, other.buzzer);
    board.set(id, co);
    board.set(buzzerId("corridor"), co);
    expect(other.told).toEqual(["on t4 always"]);
    await time.rest();
    expect(faults.some(({ text }) => text.en.includes("a bug in the driver"))).toBe(true);
  });

  test("that does not confirm is a fault, and is told again every five seconds until it does", async () => {
    let works = false;
    const { buzzer, told } = listen(async () => (works ? ok(undefined) : err(silent)));
    const { time, faults, board } = open(buzzer);
    board.set(id, co);
    await time.pass(5_000);
    expect(board.status()).toMatchObject([{ confirmed: false }]);
    expect(faults.at(-1)).toMatchObject({ key: "buzzer:duty-room", present: true, text: silent });
    works = true;
    await time.pass(5_000);
    expect(told).toEqual(["on t4 always", "on t4 always", "on t4 always"]);
    expect(faults.at(-1)).toMatchObject({ present: false });
    expect(board.status()).toMatchObject([{ confirmed: true }]);
  });

  test("that was never heard since the start and need not sound is a fault on its fifth word", async () => {
    const { buzzer } = listen(async () => err(silent));
    const { time, faults, board } = open(buzzer);
    board.set(id, off);
    await time.pass(19_999);
    expect(faults).toEqual([]);
    expect(board.status()).toMatchObject([{ confirmed: false }]);
    await time.pass(1);
    expect(faults.at(-1)).toMatchObject({ key: "buzzer:duty-room", present: true, text: silent });
  });

  test("that must sound is a fault at once when it does not confirm, however young the start", async () => {
    const { buzzer } = listen(async () => err(silent));
    const { time, faults, board } = open(buzzer);
    board.set(id, off);
    board.set(id, co);
    await time.rest();
    expect(faults.at(-1)).toMatchObject({ key: "buzzer:duty-room", present: true });
  });

  test("that confirms late does not undo a newer command", async () => {
    const answers: ((result: Result<void, Bilingual>) => void)[] = [];
    const { buzzer } = listen(() => new Promise((resolve) => answers.push(resolve)));
    const { time, board } = open(buzzer);
    board.set(id, off);
    board.set(id, gas);
    answers[0]?.(ok(undefined));
    await time.rest();
    expect(board.status()).toMatchObject([{ command: { state: "on" }, confirmed: false }]);
    answers[1]?.(ok(undefined));
    await time.rest();
    expect(board.status()).toMatchObject([{ confirmed: true }]);
  });
});

describe("a confirmed buzzer", () => {
  test("that falls silent by itself is a fault and is told again", async () => {
    let say: (state: "on" | "off") => void = () => {};
    const { buzzer, told } = listen(undefined, { onReport: (hear) => (say = hear) });
    const { time, faults, board } = open(buzzer);
    board.set(id, co);
    await time.rest();
    say("on");
    expect(told).toHaveLength(1);
    say("off");
    expect(faults.at(-1)).toMatchObject({ key: "buzzer:duty-room", present: true });
    expect(told).toHaveLength(2);
    await time.rest();
    expect(faults.at(-1)).toMatchObject({ present: false });
  });

  test("that confirms and in the same breath says the contrary is told again", async () => {
    let say: (state: "on" | "off") => void = () => {};
    let undoes = true;
    const { buzzer, told } = listen(
      async () => {
        queueMicrotask(() => undoes && say("off"));
        return ok(undefined);
      },
      { onReport: (hear) => (say = hear) },
    );
    const { time, board } = open(buzzer);
    board.set(id, co);
    await time.rest();
    undoes = false;
    await time.pass(500);
    expect(told).toHaveLength(2);
    expect(board.status()).toMatchObject([{ confirmed: true }]);
  });

  test("whose coil reads back otherwise is set again within five seconds", async () => {
    let coil: "on" | "off" = "on";
    const { buzzer, told } = listen(undefined, { readBack: async () => ok(coil) });
    const { time, board } = open(buzzer);
    board.set(id, co);
    await time.pass(5_000);
    expect(told).toHaveLength(1);
    coil = "off";
    await time.pass(5_000);
    expect(told).toHaveLength(2);
  });

  test("whose line can no longer be read is a fault until it can", async () => {
    let reads = true;
    const { buzzer } = listen(async () => (reads ? ok(undefined) : err(silent)), {
      readBack: async () => (reads ? ok("on" as const) : err(silent)),
    });
    const { time, faults, board } = open(buzzer);
    board.set(id, co);
    await time.rest();
    reads = false;
    await time.pass(5_000);
    expect(faults.at(-1)).toMatchObject({ present: true, text: silent });
    reads = true;
    await time.pass(5_000);
    expect(faults.at(-1)).toMatchObject({ present: false });
  });

  test("that cannot be asked is told anew each minute, so that a dead one is known within 100 s", async () => {
    let powered = true;
    const { buzzer } = listen(async () => (powered ? ok(undefined) : err(silent)));
    const { time, faults, board } = open(buzzer);
    board.set(id, off);
    await time.pass(10_000);
    powered = false;
    await time.pass(90_000);
    expect(faults.at(-1)).toMatchObject({ key: "buzzer:duty-room", present: true });
  });
});
