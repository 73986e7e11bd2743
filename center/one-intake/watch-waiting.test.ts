import { expect, test } from "vitest";
import { createCenterFaults } from "../desk/center-faults.ts";
import { openGround } from "../open-ground.testing.ts";
import { createWaitingWatch } from "./watch-waiting.ts";

test("a report that nobody could place is told at every desk until somebody has dealt with it", async () => {
  const ground = await openGround();
  const told: string[] = [];
  const faults = createCenterFaults(() => told.push(faults.list()[0]?.zh.slice(0, 4) ?? "none"));
  const watch = createWaitingWatch(ground.store.db, faults);
  const none = { reason_zh: null, reason_en: null, case_id: null, merged_into: null };
  const kept = async (id: string, state: string): Promise<void> => {
    const body = { body: "?", body_sha256: "?", area_path: "/", received_at_ms: 1 };
    await ground.store.db
      .insertInto("intake_events")
      .values({ source: "hotline", id, state, settled_by: null, ...body, ...none })
      .execute();
    await watch();
  };
  await watch();
  await kept("a", "placed");
  expect(told).toEqual([]);
  await kept("b", "unplaced");
  await kept("c", "unreadable");
  await watch();
  await ground.store.db.updateTable("intake_events").set({ state: "set-aside" }).execute();
  await watch();
  expect(told).toEqual(["1 件报", "2 件报", "none"]);
  await ground.close();
});
