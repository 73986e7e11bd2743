/** Real cables, lost packets and frozen peers between a real gateway and a real center. */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createToken, hashToken } from "#platform/device-credentials.ts";
import { eventually } from "./eventually.ts";
import { byHome, connectHomes, everyHomeOnce, type Homes } from "./homes.ts";
import { mayBreakCables, openRoom, type Room } from "./root-only.ts";
import { startStreet, type StreetPorts, type StreetProcess } from "./street-process.ts";

let street: StreetProcess;
let homes: Homes;
let room: Room | undefined;
afterEach(async () => {
  await homes.close();
  await street.close();
  room?.remove();
});

const linkIs = (state: "up" | "lost", withinMs: number): Promise<unknown> =>
  eventually(
    `the link is ${state}`,
    async () => (await street.gatewayStatus())?.link.state === state,
    withinMs,
  );
const allConfirmed = (): Promise<unknown> =>
  eventually(
    "all confirmed",
    async () => (await street.gatewayStatus())?.link.unconfirmed === 0,
    60_000,
  );
const sounderIsTold = (): Promise<unknown> =>
  eventually("the sounder is told", () => homes.heardBySounder.at(-1)?.includes('"on"'));

/** The issue's own limit for noticing a dead link, plus one look. */
const noticedWithinMs = 31_000;

describe.skipIf(!mayBreakCables)(
  "the center behind a cable (needs root, iproute2, iptables)",
  () => {
    beforeEach(async () => {
      const behind = openRoom();
      room = behind;
      street = await startStreet({
        change: (yaml, ports) => farCenter(yaml, ports, behind.insideAddress),
        before: { center: behind.inside },
        centerHost: behind.insideAddress,
      });
      homes = await connectHomes(street);
    });

    test("pulled: the home's buzzer sounds, the link is lost within 30 s, and all arrives once when it is back", async () => {
      room?.pullCable();
      await homes.report("alone");
      await sounderIsTold();
      await linkIs("lost", noticedWithinMs);
      await Promise.all(["second", "third"].map(homes.report));

      room?.plugIn();
      await everyHomeOnce(street, ["alone", "second", "third"], 60_000);
      await allConfirmed();
    });

    test("flapping: 15 short cuts while homes report, and every alarm is at the desk once", async () => {
      const names: string[] = [];
      for (let cut = 0; cut < 15; cut += 1) {
        room?.pullCable();
        names.push(`cut-${cut}`);
        await homes.report(`cut-${cut}`);
        room?.plugIn();
        names.push(`mended-${cut}`);
        await homes.report(`mended-${cut}`);
      }
      await everyHomeOnce(street, names, 90_000);
      await allConfirmed();
    });

    test("loses every acknowledgement: the alarm is at the desk, is sent again, and stays one", async () => {
      const heal = room?.loseFrom(street.ports.centerMqtt);
      await homes.report("unanswered");
      const desk = await street.login();
      await eventually(
        "the desk has it",
        async () => byHome(await desk.alarms()).get("unanswered")?.length === 1,
      );
      await linkIs("lost", noticedWithinMs);
      expect((await street.gatewayStatus())?.link.unconfirmed).toBeGreaterThan(0);

      heal?.();
      await allConfirmed();
      await everyHomeOnce(street, ["unanswered"]);
    });
  },
);

describe("the center on this machine", () => {
  beforeEach(async () => {
    room = undefined;
    street = await startStreet();
    homes = await connectHomes(street);
  });

  test("frozen with its connections open: lost within 30 s, and everything arrives once when it thaws", async () => {
    await street.kill("center", "SIGSTOP");
    await homes.report("meanwhile");
    await sounderIsTold();
    await linkIs("lost", noticedWithinMs);
    await street.kill("center", "SIGCONT");
    await everyHomeOnce(street, ["meanwhile"], 60_000);
    await allConfirmed();
  });

  test("up, answering HTTP, but not committing: that counts as down, and ends as soon as it commits", async () => {
    const database = new Database(join(street.folder, "data/center/center.sqlite"));
    database.exec("BEGIN IMMEDIATE");
    await homes.report("uncommitted");
    await linkIs("lost", noticedWithinMs);
    expect((await street.gatewayStatus())?.link.unconfirmed).toBeGreaterThan(0);
    database.exec("ROLLBACK");
    database.close();
    await everyHomeOnce(street, ["uncommitted"], 60_000);
    await allConfirmed();
  });
});

/** The example site with its center on another address, where gateways need a credential. */
const farCenter = (yaml: string, { centerMqtt }: StreetPorts, address: string): string => {
  const token = createToken();
  const tokenFile = join(tmpdir(), `canary-token-${process.pid}`);
  writeFileSync(tokenFile, token, { mode: 0o600 });
  return yaml
    .replace(
      "  mqtt: { port: 1883, anonymous: true }",
      `  mqtt: { port: 1883, anonymous: true }\n  center: { url: "mqtt://${address}:${centerMqtt}", tokenFile: "${tokenFile}" }`,
    )
    .replace("  http: { port: 8080 }", `  http: { host: "${address}", port: 8080 }`)
    .replace("  mqtt: { port: 1884 }", `  mqtt: { host: "${address}", port: 1884 }`)
    .replace("  anonymousGateways: true\n", "")
    .replace("    - id: gw-xian-1", `    - { id: gw-xian-1, token: "${hashToken(token)}" }`);
};
