/** Which pages are told live: to everybody in the matrix those, and only those, that the list shows. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { roles, type Role } from "#domain/rights.ts";
import { openSession } from "../accounts/sessions.ts";
import { addPages } from "../cases/pages.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { jsonOf, listOf } from "../json-answer.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { followStream } from "../sse-client.testing.ts";
import { places, plantRegister } from "./plant-register.testing.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const holdings = ["/", ...Object.values(places)];

let desk: OpenDesk;
beforeAll(async () => {
  desk = await openDesk({ requireSecondFactor: true });
  await plantRegister(desk.store);
});
afterAll(() => desk.close());

const enter = async (name: string, role: Role, area: string): Promise<string> => {
  const nowMs = desk.time.clock.now().wallMs;
  const row = { must_change_password: 0, disabled_at_ms: null, password_expires_at_ms: null };
  await desk.store.db
    .insertInto("users")
    .values({ name, password_hash: "", created_at_ms: nowMs, area: "/", ...row })
    .execute();
  await desk.store.db.insertInto("grants").values({ user_name: name, role, area }).execute();
  const session = { user: name, source: "", agent: "", secondFactor: true, nowMs };
  return `canary_session=${await openSession(desk.store.db, session)}`;
};

/** To each role by itself in Xian, to a part of it, next door and the street; to one by name. */
const tellEverybody = async (): Promise<void> => {
  const page = { caseId: "AJ-000001", clock: "sign", atMs: 1, priority: 1, staged: false };
  const words = { text: { zh: "请签收", en: "please sign" }, channels: [] };
  await desk.store.write((tx) =>
    addPages(tx, [
      ...[places.xian, places.grid, places.west, places.street, "/"].flatMap((area) =>
        roles.map((role) => ({ ...page, ...words, roles: [role], area })),
      ),
      { ...page, ...words, roles: [], area: places.xian, person: "tech-4" },
    ]),
  );
  // The last word of all, told to everybody who sees Xian or serves it.
  await desk.take(createFakeGateway("gw-west").alarm({ seq: 9, episode: "last" }));
};

test("every role, wherever it is held, is told live what the list shows, and nothing else", async () => {
  await desk.take(createFakeGateway("gw-xian").alarm({ seq: 1, episode: "first" }));
  const people = await Promise.all(
    roles
      .filter((role) => role !== "admin") // sees no alarms: no stream
      .flatMap((role) =>
        holdings.map(async (area, index) => {
          const cookie = await enter(`${role}-${index}`, role, area);
          const page = await followStream(`${desk.url}/api/v1/stream`, { cookie });
          await page.until(({ event }) => event === "heartbeat");
          return { name: `${role}-${index}`, cookie, page };
        }),
      ),
  );
  await tellEverybody();
  await desk.broadcast.idle();
  desk.time.advance(5_000); // a heartbeat behind everything
  const told: Record<string, readonly number[]> = {};
  const listed: Record<string, readonly number[]> = {};
  for (const { name, cookie, page } of people) {
    const events = await page.until(
      ({ event, data }) =>
        event === "heartbeat" &&
        JSON.stringify(data) === JSON.stringify({ nowMs: desk.time.clock.now().wallMs }),
    );
    const isOurs = (one: unknown): one is { readonly id: number; readonly clock: string } =>
      typeof one === "object" && one !== null && "clock" in one && one.clock === "sign";
    told[name] = events.flatMap(({ event, data }) =>
      event === "page" && isOurs(data) ? [data.id] : [],
    );
    const { items } = await jsonOf(await desk.get("/api/v1/pages?limit=200", cookie));
    listed[name] = listOf(items).flatMap((one) => (isOurs(one) ? [one.id] : []));
    page.close();
  }
  for (const name of Object.keys(told)) {
    expect(told[name], name).toEqual(listed[name]?.toReversed());
  }
  // Everybody over everything, the one who was named, and nobody next door.
  expect(told["duty-0"]).toHaveLength(5);
  const named = await desk.store.db
    .selectFrom("pages")
    .select("id")
    .where("person", "=", "tech-4")
    .executeTakeFirstOrThrow();
  expect(Object.keys(told).filter((name) => told[name]?.includes(named.id))).toEqual(["tech-4"]);
  expect(told["duty-6"]).toHaveLength(3); // West, and what stands above it
});
