/** Real gateway, real center, and a line that swallows everything: both sides act, and then agree. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { DeskSchema, type DeskAlarm } from "#domain/desk.ts";
import { hashPin } from "#gateway/people/pin.ts";
import { eventually } from "./eventually.ts";
import { startGatewayAlone } from "./gateway-process.ts";
import { openHeldWire } from "./held-wire.ts";

const pin = "739105";
const kitchen = "xian-2-1-603";

const startCenter = async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-cut-"));
  const child = spawn(process.execPath, ["test/system/center-process.ts", folder], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, CANARY_LOG: "fatal" },
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    await rm(folder, { recursive: true, force: true });
  });
  const lines = createInterface(child.stdout);
  const [said]: string[] = await once(lines, "line");
  const ports = Value.Parse(
    Type.Object({ httpPort: Type.Number(), mqttPort: Type.Number() }),
    JSON.parse(said ?? ""),
  );
  const url = `http://127.0.0.1:${ports.httpPort}`;
  const login = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password: "correct horse battery" }),
  });
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return {
    mqttPort: ports.mqttPort,
    alarm: async (): Promise<DeskAlarm | undefined> => {
      const answer = await fetch(`${url}/api/v1/desk`, { headers: { cookie } });
      const desk = Value.Parse(DeskSchema, await answer.json());
      return desk.alarms.find(({ notice }) => notice.event.rule === "device-alarm-co");
    },
    sign: async (alarm: DeskAlarm): Promise<number> => {
      const path = `${url}/api/v1/alarms/${encodeURIComponent(alarm.episode)}/sign`;
      const headers = {
        cookie,
        "if-match": `"${alarm.case.version}"`,
        "idempotency-key": crypto.randomUUID(),
      };
      return (await fetch(path, { method: "POST", headers })).status;
    },
  };
};

/** What the gateway's own page is told; on this machine nothing is masked. */
const Status = Type.Object({
  link: Type.Object({ state: Type.String() }),
  alarms: Type.Array(
    Type.Object({
      episode: Type.String(),
      rule: Type.String(),
      life: Type.String(),
      owner: Type.Optional(Type.Object({ by: Type.String(), side: Type.Optional(Type.String()) })),
    }),
  ),
});

const boardOf = (url: string) => {
  let cookie = "";
  const headers = () => ({
    "content-type": "application/json",
    "x-canary-board": "1",
    ...(cookie !== "" && { cookie }),
  });
  const status = async () =>
    Value.Parse(Status, await (await fetch(`${url}/api/v1/status`)).json());
  const alarm = async () => (await status()).alarms.find(({ rule }) => rule === "device-alarm-co");
  const post = (path: string, body: object) =>
    fetch(`${url}${path}`, { method: "POST", headers: headers(), body: JSON.stringify(body) });
  return {
    status,
    alarm,
    sign: async (): Promise<number> => {
      const session = await post("/api/v1/session", { person: "wang", pin });
      cookie = session.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const episode = encodeURIComponent((await alarm())?.episode ?? "");
      return (await post(`/api/v1/alarms/${episode}/acknowledge`, {})).status;
    },
  };
};

const openStreet = async () => {
  const center = await startCenter();
  const wire = await openHeldWire(center.mqttPort);
  onTestFinished(wire.close);
  const example = parse(await readFile("config/site.yaml", "utf8"));
  const people = [
    { id: "wang", name: "王强", pinHash: await hashPin(pin), may: ["acknowledge", "hush"] },
  ];
  const gateway = await startGatewayAlone(
    {
      ...example,
      gateway: { ...example.gateway, id: "gw-1", people },
      center: { ...example.center, gateways: [{ id: "gw-1" }] },
    },
    wire.port,
  );
  onTestFinished(gateway.close);
  const board = boardOf(gateway.url);
  await eventually("link up", async () => (await board.status()).link.state === "up");
  await gateway.says(kitchen, { co_ppm: 80, status: ["alarm"] });
  const shown = await eventually("the alarm on the desk", center.alarm);
  return { center, wire, board, shown };
};

const signers = (alarm: DeskAlarm | undefined): string[] =>
  (alarm?.actions ?? [])
    .flatMap(({ kind, by, origin }) => (kind === "acknowledged" ? [`${by} ${origin?.side}`] : []))
    .toSorted();

test("a signature at the desk is the gateway's within seconds", async () => {
  const { center, board, shown } = await openStreet();
  const before = performance.now();
  expect(await center.sign(shown)).toBe(200);
  await eventually(
    "signed at the gateway",
    async () => (await board.alarm())?.owner?.by === "admin",
  );
  const tookMs = performance.now() - before;
  process.stdout.write(`desk's signature → gateway: ${Math.round(tookMs)} ms\n`);
  const alarm = await eventually("answered", async () => {
    const now = await center.alarm();
    return now?.commands?.[0]?.state === "done" ? now : undefined;
  });
  expect(signers(alarm)).toEqual(["admin center"]);
  expect((await board.alarm())?.life).toBe("acknowledged");
  expect(tookMs).toBeLessThan(5_000);
});

test("with the line swallowing everything the board signs and then the desk; mended, both sides agree", async () => {
  const { center, wire, board, shown } = await openStreet();
  wire.swallow();
  expect(await board.sign()).toBe(200);
  expect((await board.alarm())?.owner).toEqual(expect.objectContaining({ by: "王强" }));
  expect(await center.sign(shown)).toBe(200);
  expect((await center.alarm())?.case.acceptedBy).toBe("admin");
  await eventually(
    "seen as lost",
    async () => (await board.status()).link.state === "lost",
    40_000,
  );
  expect((await board.alarm())?.owner?.by).toBe("王强");

  wire.mend();
  const merged = await eventually(
    "merged",
    async () => {
      const alarm = await center.alarm();
      return signers(alarm).length === 2 && alarm?.commands?.[0]?.state === "done"
        ? alarm
        : undefined;
    },
    60_000,
  );
  expect(signers(merged)).toEqual(["admin center", "王强 board"]);
  expect(merged.case).toMatchObject({ state: "accepted", acceptedBy: "王强" });
  expect((await board.alarm())?.owner).toMatchObject({ by: "王强", side: "board" });
});
