import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import { openGround, type Ground } from "../open-ground.testing.ts";
import { registerGateways } from "../store/register-gateways.ts";
import { createLinkWatch } from "./watch-links.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

let ground: Ground;
let watch: () => Promise<readonly string[]>;
const gateway = createFakeGateway("gw-1");
beforeEach(async () => {
  ground = await openGround();
  watch = createLinkWatch(ground.store, ground.time.clock);
});
afterEach(() => ground.close());

const status = (atMs: number) =>
  ground.take(gateway.status({ atMs, detectors: [detectorAt("kitchen", 300)] }));

test("a gateway that is not heard for twenty seconds is lost, its detectors unknown", async () => {
  await ground.take(gateway.alarm({ seq: 1 }));
  await status(1);
  await watch();
  ground.time.advance(19_999);
  expect(await watch()).toEqual([]);
  ground.time.advance(1);
  expect(await watch()).toEqual(["gw-1"]);

  const { gateways, alarms } = await ground.desk();
  expect(gateways[0]).toMatchObject({ link: "lost", detectors: 1, unknown: 1 });
  expect(alarms[0]).toMatchObject({ condition: "active", present: { state: "unknown" } });

  await status(2);
  expect((await ground.desk()).gateways[0]).toMatchObject({ link: "up", unknown: 0 });
});

test("a wall clock that jumps loses no link and revives none", async () => {
  await status(1);
  await watch();
  ground.time.jumpWall(3_600_000);
  expect(await watch()).toEqual([]);
  ground.time.jumpWall(-7_200_000);
  ground.time.advance(20_000);
  expect(await watch()).toEqual(["gw-1"]);
});

test("after a restart every gateway has twenty seconds to be heard", async () => {
  await status(1);
  await watch();
  ground.time.advance(15_000);
  const restarted = createLinkWatch(ground.store, ground.time.clock);
  expect(await restarted()).toEqual([]);
  ground.time.advance(19_000);
  expect(await restarted()).toEqual([]);
  ground.time.advance(1_000);
  expect(await restarted()).toEqual(["gw-1"]);
});

test("a registered gateway that never spoke is shown as lost, not left out", async () => {
  await registerGateways(ground.store, ["gw-1", "gw-2"]);
  await status(1);
  const shown = (await ground.desk()).gateways.map(({ id, link }) => `${id} ${link}`);
  expect(shown).toEqual(["gw-1 up", "gw-2 lost"]);
});
