import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sql } from "kysely";
import { openLog } from "#platform/log.ts";
import { createManualTime, type ManualTime } from "#platform/manual-time.ts";
import { openCore, type Core } from "./core.ts";
import type { PlacedEvent } from "./desk/broadcast.ts";
import { createFakeGateway } from "./fake-gateway.testing.ts";
import { newSqlite, openTestStore, type TestDatabase } from "./open-ground.testing.ts";
import type { Store } from "./store/open-store.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
let store: Store;
let time: ManualTime;
let core: Core;
const told: PlacedEvent[] = [];
const sent: string[] = [];
const gateway = createFakeGateway("gw-1");

beforeEach(async () => {
  database = await newSqlite();
  store = await openTestStore(database.options);
  time = createManualTime(1_795_000_000_000);
  core = await openCore(
    {
      street: { name: { zh: "街", en: "street" } },
      httpHost: "127.0.0.1",
      httpPort: 0,
      mqttHost: "127.0.0.1",
      mqttPort: 0,
      dataFolder: database.options.dataFolder,
      gateways: [{ id: "gw-1" }],
      anonymousGateways: true,
      adminPassword: "correct horse battery",
      log: openLog("center", "silent"),
    },
    store,
    time.clock,
  );
  told.length = 0;
  sent.length = 0;
  core.broadcast.subscribe((events) => told.push(...events.filter((one) => "event" in one)));
});
afterEach(async () => {
  await core.intake.idle();
  await core.broadcast.idle();
  await store.close();
  await database.drop();
});

const useLink = (): void =>
  core.useLink({
    send: (topic) => {
      sent.push(topic);
      return Promise.resolve();
    },
    hindrance: () => undefined,
    close: () => Promise.resolve(),
  });
const faultsTold = () =>
  told.flatMap(({ event }) => (event.kind === "gateway" ? event.data.faults : []));

test("before its link stands the center is not ready", async () => {
  expect(await core.hindrances()).toHaveLength(1);
  useLink();
  expect(await core.hindrances()).toEqual([]);
});

test("a database that refuses writes is a fault on every open page, and not ready, until mended", async () => {
  useLink();
  await core.intake.take(gateway.alarm({ seq: 1 }));
  await core.broadcast.idle();
  expect(sent).toEqual(["canary/v1/gateways/gw-1/down/receipt"]);
  expect(faultsTold()).toEqual([]);

  await sql`pragma query_only = on`.execute(store.db);
  await expect(core.intake.take(gateway.alarm({ seq: 2 }))).rejects.toThrow();
  expect(sent).toHaveLength(1);
  expect(faultsTold()[0]?.zh).toContain("中心数据库写入失败");
  time.advance(1_000);
  expect((await core.hindrances())[0]?.zh).toContain("无法写入");
  await core.seeWhetherMended();
  expect(core.faults.list()).toHaveLength(1);

  await sql`pragma query_only = off`.execute(store.db);
  told.length = 0;
  await core.seeWhetherMended();
  expect(core.faults.list()).toEqual([]);
  expect(told.length).toBeGreaterThan(0);
  expect(faultsTold()).toEqual([]);
  time.advance(1_000);
  expect(await core.hindrances()).toEqual([]);
});

test("the metrics count what was taken and what was refused", async () => {
  useLink();
  await core.intake.take(gateway.alarm({ seq: 1 }));
  await core.intake.take(gateway.tell("alarm", "not json"));
  const text = await core.metrics.registry.metrics();
  expect(text).toContain('canary_center_messages_total{result="taken"} 1');
  expect(text).toContain('canary_center_messages_total{result="refused"} 1');
});
