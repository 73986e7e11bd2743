/**
 * A PostgreSQL that falls over to a copy which is a moment behind, or is put back from a backup, under
 * centers that run on: what they remember is ahead of what they are asked to show.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeGateway } from "../../center/fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../../center/open-desk.testing.ts";
import { followStream, type StreamEvent } from "../../center/sse-client.testing.ts";

let desk: OpenDesk;
let cookie: string;
const gateway = createFakeGateway("gw-1");
beforeEach(async () => {
  desk = await openDesk();
  cookie = await desk.login();
});
afterEach(() => desk.close());

const alarmOf = (episode: string) => (event: StreamEvent) =>
  event.event === "alarm" && JSON.stringify(event.data).includes(`"episode":"${episode}"`);
const isReset = ({ event }: StreamEvent): boolean => event === "reset";
const follow = (query = "") => followStream(`${desk.url}/api/v1/stream${query}`, { cookie });

const position = async (): Promise<number> => {
  const { value } = await desk.store.db
    .selectFrom("counters")
    .select("value")
    .where("name", "=", "stream")
    .executeTakeFirstOrThrow();
  return value;
};
const goBackTo = (value: number) =>
  desk.store.write(async (tx) => {
    await tx.deleteFrom("stream_events").where("position", ">", value).execute();
    await tx.updateTable("counters").set({ value }).where("name", "=", "stream").execute();
  });
/** So many alarms, one after the other, as an open page sees them. */
const tellAlarms = async (page: Awaited<ReturnType<typeof follow>>, first: number, to: number) => {
  for (let seq = first; seq <= to; seq += 1) {
    await desk.take(gateway.alarm({ seq, episode: `e${seq}`, detector: `d${seq}` }));
    await page.until(alarmOf(`e${seq}`));
  }
};

test("a page that is open loads the desk anew, and is told what comes from then on", async () => {
  const page = await follow();
  const before = await position();
  await tellAlarms(page, 1, 3);
  await goBackTo(before);
  desk.broadcast.wake();
  await page.until(isReset);
  await tellAlarms(page, 4, 4);
  page.close();
});

test("also where the database has come as far again before anybody looked", async () => {
  const page = await follow();
  const before = await position();
  await tellAlarms(page, 1, 1);
  const after = await position();
  await goBackTo(before);
  await desk.take(gateway.alarm({ seq: 2, episode: "e2", detector: "d2" }));
  expect(await position()).toBeGreaterThanOrEqual(after);
  await page.until(isReset);
  page.close();
});

test("and a page that was away comes back with a position that is not known any more", async () => {
  const page = await follow();
  const before = await position();
  await tellAlarms(page, 1, 3);
  const away = (await desk.desk()).eventId;
  await goBackTo(before);
  desk.broadcast.wake();
  await page.until(isReset);
  await tellAlarms(page, 4, 8);
  const back = await follow(`?after=${away}`);
  await back.until(isReset);
  for (const one of [page, back]) one.close();
});
