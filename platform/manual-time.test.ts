import { expect, test } from "vitest";
import { createManualTime } from "./manual-time.ts";

test("timers fire in order, each at its own moment", () => {
  const time = createManualTime(1_000_000);
  const seen: string[] = [];
  const note = (name: string) => () => seen.push(`${name}@${time.clock.now().monoMs}`);
  time.timers.after(300, note("c"));
  time.timers.after(100, note("a"));
  const stop = time.timers.every(150, note("every"));
  time.advance(350);
  stop();
  time.advance(1_000);
  expect(seen).toEqual(["a@100", "every@150", "c@300", "every@300"]);
});

test("a wall clock that jumps changes no duration", () => {
  const time = createManualTime(1_000_000);
  time.advance(500);
  time.jumpWall(-3_600_000);
  expect(time.clock.now()).toMatchObject({ monoMs: 500, wallMs: 1_000_500 - 3_600_000 });
});

test("a reboot is another boot whose clock starts at zero, while the wall clock went on", () => {
  const time = createManualTime(1_000_000);
  time.timers.after(10, () => expect.unreachable());
  time.advance(5);
  time.reboot("boot-2");
  time.advance(100);
  expect(time.clock.now()).toEqual({ bootId: "boot-2", monoMs: 100, wallMs: 1_000_105 });
});
