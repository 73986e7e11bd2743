import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { gatewayId } from "#domain/ids.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { openJournal } from "../journal/open-journal.ts";
import { createKeeper } from "../keeper.ts";
import { reviveStates } from "../known-states.ts";
import { createProtectionRecords } from "./records.ts";

const ignore = (): void => {};
const words = { zh: "阀门已关", en: "shut" };

test("what was told last of a valve is known to the next process", async () => {
  const { clock, timers } = createManualTime();
  const folder = await mkdtemp(join(tmpdir(), "records-"));
  const opened = await openJournal(join(folder, "journal.sqlite"), { clock, reportFault: ignore });
  const { journal } = opened;
  onTestFinished(async () => {
    await journal.close();
    await rm(folder, { recursive: true });
  });
  const start = async () => {
    const { own: known } = await reviveStates(journal, clock.now(), ignore);
    const keeper = createKeeper({
      journal,
      timers,
      reportFault: ignore,
      onKept: ignore,
      onUnkept: ignore,
    });
    const gateway = gatewayId("gw");
    return { keeper, ...createProtectionRecords({ gateway, drill: false, clock, keeper, known }) };
  };
  const first = await start();
  expect(first.lastTold("valve:v1")).toBeUndefined();
  first.valve("v1", "valve-closing", words, []);
  first.valve("v1", "valve-closed", words, []);
  first.fan("v1", "fan-barred", words, []);
  expect(first.lastTold("valve:v1")).toBe("valve-closed");
  await expect.poll(() => journal.states()).toHaveLength(2);

  const second = await start();
  expect(second.lastTold("valve:v1")).toBe("valve-closed");
  expect(second.lastTold("fan:v1")).toBe("fan-barred");
  expect(second.lastTold("buzzer:v1")).toBeUndefined();
});
