/**
 * The whole way over wires: a pymodbus gas module on a serial line and a module behind Modbus TCP
 * raise alarms, a relay coil sounds, the center commits, and a person signs.
 */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFakeModbusUnits, type FakeModbusUnits } from "#tools/fake-modbus/fake-modbus-units.ts";
import { createPtyPair, hasProgram, type PtyPair } from "./serial/pty-pair.ts";
import { hasPymodbus, startUnits } from "./serial/python-units.ts";
import { startStreet, type Desk, type StreetProcess } from "./street-process.ts";
import { eventually } from "./eventually.ts";

const siteYaml = (serialPath: string, tcpPort: number): string => `
version: 1
street: { id: anjing, name: { zh: 安靖街道, en: Anjing Street } }
gateway:
  id: gw-fang-1
  community: { zh: 方碑社区, en: Fangbei Community }
  http: {}
  mqtt: { anonymous: true }
  lines:
    - id: bus-1
      kind: modbus-rtu
      path: ${serialPath}
      units: [{ unit: 1, profile: gas-module-6000-co, detectors: [fang-3-1-201] }]
    - id: bus-2
      kind: modbus-tcp
      port: ${tcpPort}
      units: [{ unit: 2, profile: greystone-cmd5b4, detectors: [null] }]
  buzzers:
    - { id: corridor, kind: modbus-coil, line: bus-1, unit: 9, coil: 0 }
center:
  http: {}
  mqtt: {}
  anonymousGateways: true
  gateways: [{ id: gw-fang-1 }]
detectors:
  - id: fang-3-1-201
    profile: gas-module-6000-co
    address: { text: 方碑社区3栋1单元201 }
`;

describe.skipIf(!hasProgram("socat") || !hasPymodbus)("a street on wires", () => {
  let cable: PtyPair;
  let home: Awaited<ReturnType<typeof startUnits>>;
  let behindTcp: FakeModbusUnits;
  let street: StreetProcess;
  let desk: Desk;
  let greystonePpm = 0;

  beforeAll(async () => {
    cable = await createPtyPair();
    home = await startUnits("pymodbus_home.py", cable.deviceEnd);
    behindTcp = await openFakeModbusUnits({
      port: 0,
      units: [
        {
          unit: 2,
          registers: () =>
            new Map([greystonePpm >= 100 ? 1 : 0, greystonePpm, 215, 0, 0, 0, 0, 0].entries()),
        },
      ],
    });
    const file = join(await mkdtemp(join(tmpdir(), "canary-wired-")), "site.yaml");
    await writeFile(file, siteYaml(cable.gatewayEnd, behindTcp.port));
    street = await startStreet({ siteFile: file });
    desk = await street.login();
  });

  afterAll(async () => {
    await street.close();
    await behindTcp.close();
    await home.stop();
    await cable.remove();
  });

  const alarmOf = (words: string) =>
    eventually(`an alarm of ${words}`, async () =>
      (await desk.alarms()).find(
        ({ notice }) =>
          notice.event.alarmClass === "co" &&
          (notice.event.detector.includes(words) || notice.where.position.place.includes(words)),
      ),
    );

  test("a module that pymodbus plays is read, and is normal", async () => {
    await eventually("the module is read", async () =>
      (await street.gatewayStatus())?.detectors.some(
        ({ detector, state }) => detector === "fang-3-1-201" && state === "normal",
      ),
    );
  });

  test("its gas sounds the relay coil on the same line, which is read back", async () => {
    home.tell("level 320");
    await eventually("the coil is on", () => home.said().includes("coil 0 on"));
    await eventually("the read-back", async () =>
      (await street.gatewayStatus())?.buzzers.some(
        ({ command, confirmed }) => command.state === "on" && confirmed,
      ),
    );
  });

  test("is at the center with its address, and is signed for", async () => {
    const alarm = await alarmOf("fang-3-1-201");
    expect(alarm).toMatchObject({
      condition: "active",
      durable: true,
      notice: { where: { address: { text: "方碑社区3栋1单元201" }, position: { line: "bus-1" } } },
    });
    expect((await desk.sign(alarm)).status).toBe(200);
  });

  test("a channel nobody registered that alarms behind Modbus TCP is shown by its bus position", async () => {
    greystonePpm = 400;
    const alarm = await alarmOf("unit 2");
    expect(alarm.notice.where.address).toBeUndefined();
    expect(alarm.notice.where.position).toMatchObject({ line: "bus-2" });
  });

  test("a cable that is pulled is told, and the alarm stands", async () => {
    await cable.unplug();
    await eventually("a fault names the line", async () =>
      (await street.gatewayStatus())?.faults.some(({ key }) => key === "line-bus-1"),
    );
    const alarm = await alarmOf("fang-3-1-201");
    expect(alarm.condition).toBe("active");
  });
});
