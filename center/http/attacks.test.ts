/** What a stranger with a socket tries first. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
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
