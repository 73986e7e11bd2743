import { expect, test } from "vitest";
import { openGateway } from "./open-gateway.ts";

const kitchen = "xian-2-1-603";

test("0.5 s refused · 9.6 s the disk is well · 10 s states are saved · 10.1 s killed: the alarm is not forgotten", async () => {
  const street = await openGateway();
  street.setDisk("failing");
  street.time.advance(500);
  await street.says(kitchen, { co_ppm: 80, status: ["alarm"] });
  for (let second = 1; second < 10; second += 1) {
    street.time.advance(1_000);
    await street.settle();
  }
  // Something worth saving that is no event.
  await street.says(kitchen, { co_ppm: 95, status: ["alarm"] });
  street.setDisk("well");
  street.time.advance(550);
  await street.settle();
  await street.crashAndRestart();
  await street.says(kitchen, { co_ppm: 95, status: ["alarm"] });

  const raised = (await street.alarms()).filter(({ event }) => event.kind === "raised");
  expect(raised.map(({ event }) => event.rule)).toContain("device-alarm-co");
  expect(street.buzzer()).toBe("on t4");
});
