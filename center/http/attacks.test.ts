/** What a stranger with a socket tries first. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openDesk } from "../open-desk.testing.ts";

const openWithConsole = async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-attacks-"));
  const desk = await openDesk({ consoleFolder: join(folder, "console") });
  onTestFinished(async () => {
    await desk.close();
    await rm(folder, { recursive: true, force: true });
  });
  await writeFile(join(folder, "secret.txt"), "a secret");
  return desk;
};

/** The answer to bytes that no client library would send. */
const ask = async (url: string, request: string): Promise<string> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.on("data", (bytes: Buffer) => (answer += bytes.toString()));
  socket.write(`${request}\r\nhost: x\r\nconnection: close\r\n\r\n`);
  await once(socket, "close");
  return answer;
};

test.each([
  "/../secret.txt",
  "/..%2fsecret.txt",
  "/%2e%2e/secret.txt",
  "/%2e%2e%2fsecret.txt",
  "/..%5csecret.txt",
  "/assets/../../secret.txt",
  "/assets/..%2f..%2fsecret.txt",
  "//..//secret.txt",
  "/%00/../secret.txt",
  "/....//secret.txt",
])("no file outside the console: %s", async (path) => {
  const desk = await openWithConsole();
  const answer = await ask(desk.url, `GET ${path} HTTP/1.1`);
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/);
  expect(answer).not.toContain("a secret");
});

test("a session is new at every login: one that was planted beforehand is worth nothing", async () => {
  const desk = await openWithConsole();
  const planted = `canary_session=${"a".repeat(43)}`;
  const given = await desk.login();
  expect(given).not.toContain("a".repeat(43));
  const asPlanted = await fetch(`${desk.url}/api/v1/session`, { headers: { cookie: planted } });
  expect(asPlanted.status).toBe(401);
});

test("a body without end, or deeper than the stack, is refused and costs nobody else", async () => {
  const desk = await openWithConsole();
  const headers = { "content-type": "application/json" };
  for (const body of ["[".repeat(60_000), `"${"x".repeat(200_000)}"`, '{"__proto__":{"x":1}}']) {
    const answer = await fetch(`${desk.url}/api/v1/session`, { method: "POST", headers, body });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  }
  expect((await fetch(`${desk.url}/healthz`)).status).toBe(200);
});

test("a request that was begun before its account was disabled does nothing when its body comes after", async () => {
  const desk = await openWithConsole();
  await desk.take(createFakeGateway().alarm({ seq: 1 }));
  const cookie = await desk.login();
  desk.time.advance(10 * 60_000);
  const seenAt = async () =>
    (await desk.store.db.selectFrom("sessions").select("seen_at_ms").executeTakeFirstOrThrow())
      .seen_at_ms;
  const before = await seenAt();

  const socket = connect(Number(new URL(desk.url).port), "127.0.0.1");
  let answer = "";
  socket.on("data", (bytes: Buffer) => (answer += bytes.toString()));
  const body = '{"note":"到场"}';
  const length = Buffer.byteLength(body);
  socket.write(
    "POST /api/v1/cases/AJ-000001/notes HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" +
      `cookie: ${cookie}\r\nidempotency-key: k\r\ncontent-type: application/json\r\n` +
      `content-length: ${length}\r\n\r\n`,
  );
  await vi.waitFor(async () => expect(await seenAt()).toBeGreaterThan(before));
  await desk.store.db.updateTable("users").set({ disabled_at_ms: 1 }).execute();
  socket.write(body);
  await once(socket, "close");
  expect(answer).toMatch(/^HTTP\/1\.1 401/);
});

test("nobody holds a connection for ever with a request that does not end", async () => {
  const desk = await openWithConsole();
  expect(desk.app.server.requestTimeout).toBe(300_000);
});
