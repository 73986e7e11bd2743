/** A minute of storms; hours with `CANARY_SOAK_SECONDS=14400 npx canary bench soak`. */
import { expect, onTestFinished, test } from "vitest";
import { heldPerReconnectMax, soakGateway } from "../../../tools/bench/soak.ts";
import { openWorkshop } from "../../../tools/bench/workshop.ts";

const soaked = async (forMs: number, plantLeak = false): Promise<number> => {
  const workshop = await openWorkshop();
  onTestFinished(() => workshop.close());
  const { heldPerReconnect } = await soakGateway(workshop, forMs, plantLeak);
  return heldPerReconnect;
};

test("what the gateway holds does not grow with reconnects, cuts of the line and dropped pages", async () => {
  expect(await soaked(45_000)).toBeLessThan(heldPerReconnectMax);
}, 300_000);

test("one socket kept of each connection would be seen", async () => {
  expect(await soaked(5_000, true)).toBeGreaterThan(heldPerReconnectMax);
}, 300_000);
