/** The page is for a few people on the local network; whoever opens sockets without end must not take the detectors'. */
import { connect, type Socket } from "node:net";
import { Registry } from "prom-client";
import { expect, onTestFinished, test } from "vitest";
import { err } from "#domain/result.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { createPeople } from "../people/people.ts";
import { createVisits } from "../people/visits.ts";
import { openGatewayHttp } from "./server.ts";
import type { GatewayStatus } from "./status.ts";

const status: GatewayStatus = {
  gateway: "gw-1",
  street: { zh: "街", en: "street" },
  community: { zh: "<script>alert(1)</script>", en: "\"'><img src=x onerror=alert(1)>" },
  drill: false,
  nowMs: 0,
  link: { state: "up", unconfirmed: 0 },
  unwritten: 0,
  valves: [],
  fans: [],
  alarms: [
    {
      episode: '"><script>alert(4)</script>',
      detector: "<b>x</b>",
      rule: "co",
      alarmClass: "co",
      priority: 1,
      life: "acknowledged",
      active: true,
      test: false,
      address: { text: "<u>栋</u>", building: "<script>alert(5)</script>" },
      position: { line: "mqtt", place: "<i>c</i>" },
      owner: { by: "<b>王</b>" },
      hush: { by: "<b>王</b>", reason: "<script>alert(6)</script>", untilMs: 1 },
    },
  ],
  holds: [
    {
      detector: "<b>x</b>",
      position: { line: "mqtt", place: "<i>c</i>" },
      kind: "shelved",
      rule: "co",
      by: "<b>王</b>",
      reason: "<script>alert(7)</script>",
      untilMs: 1,
    },
  ],
  endedHolds: [
    {
      id: '"><script>alert(8)</script>',
      detector: "<b>x</b>",
      position: { line: "mqtt", place: "<i>c</i>" },
      kind: "out-of-service",
      rule: "all",
      by: "<b>王</b>",
      reason: "<script>alert(9)</script>",
      endedAtMs: 1,
    },
  ],
  start: { processMs: 400, machineMs: 9_000 },
  detectors: [
    {
      detector: "<b>x</b>",
      state: "alarm",
      levels: [],
      position: { line: "mqtt", place: "zigbee2mqtt/<script>alert(2)</script> · <i>c</i>" },
    },
  ],
  buzzers: [],
  faults: [{ key: "k", zh: "<u>坏</u>", en: 'client "<script>alert(3)</script>"' }],
  counts: {},
  telemetry: {
    budgetBytes: 1,
    usedBytes: 0,
    usedShare: 0,
    text: { zh: "<b>空</b>", en: "<i>empty</i>" },
    backlog: { readings: 0, blocks: 0 },
    unwritten: 0,
    losses: [],
    lostReadings: {},
    writtenBytes: 0,
  },
  rules: { set: "cn-2019", hash: "-" },
};

const time = createManualTime();
const people = createPeople({
  people: [{ id: "p1", name: "<b>李敏</b>", may: ["acknowledge"] }],
  clock: time.clock,
  reportFault: () => {},
});

const open = async () => {
  const http = await openGatewayHttp({
    host: "127.0.0.1",
    port: 0,
    reportFault: () => {},
    status: () => status,
    metrics: new Registry(),
    people,
    visits: createVisits(time.clock),
    clock: time.clock,
    timers: time.timers,
    points: { byId: new Map() },
    endedHolds: { all: () => [], seen: () => {} },
    pipeline: { command: () => err({ zh: "无", en: "none" }) },
  });
  if (!http.ok) throw new Error(http.error.en);
  onTestFinished(http.value.close);
  return http.value;
};

test("names, topics and faults from strangers are text on the page, never markup", async () => {
  const { port } = await open();
  const page = await fetch(`http://127.0.0.1:${port}/`);
  const html = await page.text();
  const ours = /<script src="\/board.js" defer><\/script>|<b>(未签收|已连接|无人签收)<\/b>/g;
  expect(html.replaceAll(ours, "")).not.toMatch(/<script|<img|<b>|<i>|<u>/);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("a thousand sockets that say nothing leave the process its file descriptors", async () => {
  const { port } = await open();
  const sockets: Socket[] = [];
  let open_ = 0;
  await Promise.all(
    Array.from(
      { length: 1_000 },
      () =>
        new Promise<void>((resolve) => {
          const socket = connect({ port, host: "127.0.0.1" });
          sockets.push(socket);
          socket.on("error", () => resolve());
          socket.on("connect", () => {
            open_ += 1;
            resolve();
          });
          socket.on("close", () => (open_ -= 1));
        }),
    ),
  );
  await expect.poll(() => open_, { timeout: 5_000 }).toBeLessThanOrEqual(256);
  for (const socket of sockets) socket.destroy();
  await expect
    .poll(() => fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.status, String))
    .toBe(200);
});

test("closing does not wait for a visitor who never finishes a request", async () => {
  const { port, close } = await open();
  const slow = connect({ port, host: "127.0.0.1" });
  slow.on("error", () => undefined);
  await new Promise((resolve) => slow.once("connect", resolve));
  slow.write("GET / HTTP/1.1\r\nhost: x\r\n");
  await fetch(`http://127.0.0.1:${port}/healthz`);
  const before = performance.now();
  await close();
  expect(performance.now() - before).toBeLessThan(1_000);
});
