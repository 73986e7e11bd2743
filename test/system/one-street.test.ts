/**
 * The whole way, with real peers: Debian's mosquitto_pub publishes, the gateway sounds and writes,
 * the center commits, a browser shows the alarm, and a person signs for it.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { connectAsync, type MqttClient } from "mqtt";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { buildConsoleIfStale } from "#tools/build-console.ts";
import { hasPeer } from "./debian-packages.ts";
import { adminPassword, startStreet, type StreetProcess } from "./street-process.ts";
import { eventually } from "./eventually.ts";

const kitchen = "xian-2-1-603";
const address = "喜安社区2栋1单元603";

let street: StreetProcess;
let sounder: MqttClient;
let browser: Browser;
const heardByBuzzer: string[] = [];

/** A sounder on the gateway's broker that confirms what it is told, as a real one does. */
const connectSounder = async (port: number): Promise<MqttClient> => {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    reconnectPeriod: 200,
  });
  client.on("message", (_topic, payload) => {
    heardByBuzzer.push(payload.toString());
    client.publish("canary/v1/buzzers/duty-room/state", payload, { qos: 1 });
  });
  await client.subscribeAsync("canary/v1/buzzers/duty-room/set", { qos: 1 });
  return client;
};

const mosquittoPub = (topic: string, message: string): number | null => {
  const broker = ["-h", "127.0.0.1", "-p", String(street.ports.gatewayMqtt), "-q", "1"];
  return spawnSync("mosquitto_pub", broker.concat("-t", topic, "-m", message)).status;
};

const openPage = async (): Promise<Page> => {
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  page.setDefaultTimeout(20_000);
  await page.goto(`http://127.0.0.1:${street.ports.centerHttp}/`);
  await page.getByLabel(/用户名/).fill("admin");
  await page.getByLabel(/密码|口令/).fill(adminPassword);
  await page.getByRole("button", { name: /登录/ }).click();
  return page;
};

beforeAll(async () => {
  await buildConsoleIfStale();
  street = await startStreet();
  sounder = await connectSounder(street.ports.gatewayMqtt);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  await sounder.endAsync(true);
  await street.close();
});

describe.skipIf(!hasPeer("mosquitto-clients"))("a real payload from mosquitto_pub", () => {
  test("sounds the buzzer, which confirms", async () => {
    const sent = mosquittoPub(
      `canary/v1/detectors/${kitchen}/reading`,
      '{"seq":17,"co_ppm":31.5,"ch4_lel":2.1,"lpg_lel":0,"status":["alarm"]}',
    );
    expect(sent).toBe(0);
    await eventually("the buzzer is told to sound", () =>
      heardByBuzzer.some((one) => one.includes('"on"')),
    );
    await eventually("the gateway has the read-back", async () => {
      const status = await street.gatewayStatus();
      return status?.buzzers.some(({ command, confirmed }) => command.state === "on" && confirmed);
    });
  });

  test("is on the gateway's disk as a numbered record", () => {
    const journal = new Database(join(street.folder, "data/gateway/journal.sqlite"), {
      readonly: true,
    });
    const rows = Value.Parse(
      Type.Array(Type.Object({ seq: Type.Number(), notice: Type.String() })),
      journal.prepare("SELECT seq, notice FROM record ORDER BY seq").all(),
    );
    journal.close();
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.some(({ notice }) => notice.includes(kitchen) && notice.includes("raised"))).toBe(
      true,
    );
  });

  test("is at the center, once, with its address", async () => {
    const desk = await street.login();
    const alarms = await eventually("the alarm is on the desk", async () => {
      const found = await desk.alarms();
      return found.length > 0 && found;
    });
    expect(alarms.filter(({ notice }) => notice.event.detector === kitchen)).not.toHaveLength(0);
    expect(alarms[0]).toMatchObject({
      condition: "active",
      durable: true,
      notice: { where: { address: { text: address } } },
      case: { state: "reported" },
    });
  });

  test("is on the page with address, gas and a button, and a person signs for it", async () => {
    const page = await openPage();
    await page.getByText(address).first().waitFor();
    const sign = page.getByRole("button", { name: /签收/ }).first();
    await sign.click();
    await eventually("the case is accepted", async () => {
      const alarms = await (await street.login()).alarms();
      return alarms.some((one) => one.case.state === "accepted" && one.case.acceptedBy === "admin");
    });
    await page
      .getByText(/已签收/)
      .first()
      .waitFor();
    if (process.env["CANARY_SCREENSHOTS"] !== undefined) {
      await page.screenshot({ path: join(process.env["CANARY_SCREENSHOTS"], "signed.png") });
    }
    await page.close();
  });

  test("that comes from nobody registered is shown as address unknown, with where it came in", async () => {
    expect(
      mosquittoPub("zigbee2mqtt/陌生厨房", '{"gas":true,"battery_low":false,"tamper":false}'),
    ).toBe(0);
    const desk = await street.login();
    const stranger = await eventually("the unknown device's alarm", async () =>
      (await desk.alarms()).find(({ notice }) => notice.where.position.place.includes("陌生厨房")),
    );
    expect(stranger.notice.where.address).toBeUndefined();
    const page = await openPage();
    await page
      .getByText(/地址未知/)
      .first()
      .waitFor();
    await page.close();
  });
});

describe("bad input costs no other message anything", () => {
  const bad: readonly (readonly [string, string])[] = [
    ["malformed JSON", '{"co_ppm":'],
    ["a megabyte", `{"co_ppm":${"1".repeat(1_000_000)}}`],
    ["wrong types", '{"co_ppm":"much","status":"alarm","seq":"x"}'],
    ["a future date", '{"co_ppm":1,"at":"2099-01-01T00:00:00+08:00","status":[]}'],
    ["a 1970 clock", '{"co_ppm":1,"at":"1970-01-01T00:00:07Z","status":[]}'],
    ["an array", "[1,2,3]"],
    ["nothing", ""],
  ];

  test.each(bad)("%s", async (_name, payload) => {
    const port = street.ports.gatewayMqtt;
    const attacker = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    attacker.on("error", () => {});
    attacker.publish("canary/v1/detectors/xian-5-2-102/reading", payload, { qos: 0 });
    const neighbour = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
    await neighbour.publishAsync(
      "canary/v1/detectors/xian-2-1-604/reading",
      '{"co_ppm":2,"status":[]}',
      { qos: 1 },
    );
    await neighbour.endAsync();
    await attacker.endAsync(true);
    const status = await eventually("the gateway still answers", () => street.gatewayStatus());
    expect(status.detectors.find(({ detector }) => detector === "xian-2-1-604")?.state).toBe(
      "normal",
    );
  });

  test("and a person is told which detector sends what cannot be read", async () => {
    const desk = await street.login();
    await eventually("a fault on the desk", async () =>
      (await desk.alarms()).some(
        ({ notice }) =>
          notice.event.rule === "reading-fault" && notice.event.detector === "xian-5-2-102",
      ),
    );
  });
});

describe("killed at any time, the alarm still arrives, once", () => {
  const raise = async (detector: string): Promise<void> => {
    const client = await connectAsync(`mqtt://127.0.0.1:${street.ports.gatewayMqtt}`, {
      protocolVersion: 4,
    });
    await client.publishAsync(`canary/v1/detectors/${detector}/reading`, '{"status":["alarm"]}', {
      qos: 1,
    });
    await client.endAsync();
  };
  const onDesk = async (detector: string): Promise<number> =>
    (await (await street.login()).alarms()).filter(
      ({ notice }) =>
        notice.event.detector === detector && notice.event.rule.startsWith("device-alarm"),
    ).length;

  test("the center, before the alarm comes", async () => {
    await street.kill("center");
    await raise("while-center-down");
    street.startRole("center");
    await eventually("the alarm after the center is back", async () => {
      try {
        return (await onDesk("while-center-down")) === 1;
      } catch {
        return false; // the center is still starting
      }
    });
  });

  test("the gateway's board says that the gateway is away, and comes back with it", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`http://127.0.0.1:${street.ports.gatewayHttp}/`);
    await page.getByText(address).first().waitFor();
    await street.kill("gateway");
    await page.getByText(/与网关断开/).waitFor();
    await page.getByText(address).first().waitFor();
    street.startRole("gateway");
    await page.getByText(/与网关断开/).waitFor({ state: "detached" });
    await page.close();
  });

  test("the gateway, right after its PUBACK", async () => {
    await street.kill("center");
    await raise("gateway-killed");
    await street.kill("gateway");
    street.startRole("gateway");
    street.startRole("center");
    await eventually("the alarm from the restarted gateway", async () => {
      try {
        return (await onDesk("gateway-killed")) === 1;
      } catch {
        return false;
      }
    });
    expect(await onDesk("while-center-down")).toBe(1);
  });
});
