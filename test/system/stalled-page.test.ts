/** A page whose browser holds the stream open and has stopped reading. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { percentile } from "#tools/bench/statistics.ts";
import { openCenterUnderLoad, type CenterUnderLoad } from "./center-under-load.ts";
import { eventually } from "./eventually.ts";

const pages = 5;
const pagesOpen = "canary_center_stream_pages";

let center: CenterUnderLoad;
const sockets: Socket[] = [];
beforeAll(async () => {
  center = await openCenterUnderLoad();
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await center.close();
});

/** Reads the first bytes of the stream, then nothing more; the connection stays. */
const openStalledPage = async (cookie: string): Promise<void> => {
  const { hostname, port } = new URL(center.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  sockets.push(socket);
  socket.write(
    `GET /api/v1/stream HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncookie: ${cookie}\r\n\r\n`,
  );
  const [head] = await once(socket, "data");
  expect(String(head)).toContain("200 OK");
  socket.pause();
};

/** What stalled pages cost shows each time; what other work on the machine costs does not. */
const bestOfThree = async (): Promise<number> => {
  const p99s: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    p99s.push(percentile(await center.raise(200), 0.99));
  }
  return Math.min(...p99s);
};

test("pages that stop reading move no alarm, and are cut off", async () => {
  const cookie = await center.logIn();
  await center.raise(200); // warm
  const without = percentile(await center.raise(400), 0.99);
  for (let page = 0; page < pages; page += 1) await openStalledPage(cookie);
  expect(await center.metric(pagesOpen)).toBe(pages);

  const stalled = await bestOfThree();
  process.stdout.write(
    `alarm → center commit, p99 ms: ${JSON.stringify({ without, stalled, pages })}\n`,
  );
  expect(stalled).toBeLessThan(2 * without + 25);

  await eventually(
    "the pages are cut off",
    async () => {
      await center.storm(500);
      return (await center.metric(pagesOpen)) === 0;
    },
    100_000,
  );
  expect(await bestOfThree()).toBeLessThan(2 * without + 25);
});
