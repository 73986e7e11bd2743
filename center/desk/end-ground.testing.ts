/** A street whose gateway forgets an alarm, and people who may end it. */
import { openCaseGround, people, type PersonName } from "../cases/case-ground.testing.ts";
import { createFakeGateway, detectorAt, type FakeGateway } from "../fake-gateway.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { once } from "../store/once.ts";
import type { Store } from "../store/open-store.ts";
import { endAlarm, type EndOutcome } from "./end-alarm.ts";
import { alarmPage } from "./read-alarms.ts";

export const gateway = createFakeGateway("gw-1");
/** The same gateway with a new card: another journal, and nothing of before. */
export const anew = createFakeGateway("gw-1", "journal-2", "boot-2");
export const naming = (episode: string) => detectorAt("kitchen", 400, "alarm", [episode]);
export const clean = detectorAt("kitchen", 0, "normal");

export const openEndGround = async (newDatabase: NewDatabase) => {
  const ground = await openCaseGround(newDatabase);
  const { store } = ground;
  let presses = 0;

  const alarmOf = async (episode = "ep-1") => {
    const { items } = await alarmPage(store.db, { openOnly: false, limit: 50 });
    return items.find((one) => one.episode === episode);
  };
  const end = async (
    who: PersonName,
    on: { readonly version?: number; readonly episode?: string; readonly key?: string } = {},
  ): Promise<EndOutcome | undefined> => {
    presses += 1;
    const { episode = "ep-1", key = `end-${presses}` } = on;
    const version = on.version ?? (await alarmOf(episode))?.case.version ?? 0;
    const nowMs = ground.nowMs();
    const wish = { episode, version, reason: "换卡,网关已遗忘", nowMs, source: "127.0.0.1" };
    const request = `end ${episode} ${version}`;
    return once(store, { actor: who, key, request, nowMs }, (tx) =>
      endAlarm(tx, { ...wish, actor: people[who] }),
    );
  };

  return {
    ...ground,
    alarmOf,
    end,
    /** Why somebody may not end it; else what came of it. */
    why: async (who: PersonName) => {
      const outcome = await end(who);
      return outcome?.kind === "refused" ? outcome.why.en : outcome?.kind;
    },
    offered: async (who: PersonName = "chen") =>
      (await ground.detail((await ground.only()).id, who)).ends,
    /** Somebody writes down what the meter on the scene shows, a second later. */
    measure: (ppm: number, who: PersonName = "wang") => {
      ground.time.advance(1_000);
      return ground.note(who, { readings: [{ gas: "co", value: ppm }] });
    },
    /** Raised and named by boot-1; people are on the scene. */
    raise: async (): Promise<string> => {
      await ground.take(gateway.alarm({ seq: 1, atMs: 10 }));
      await ground.take(gateway.status({ atMs: 500, detectors: [naming("ep-1")] }));
      const { id } = await ground.only();
      await ground.act("li", "accept");
      await ground.act("li", "dispatch", { assignee: "wang" });
      await ground.act("wang", "take");
      await ground.act("wang", "arrive", { reason: "门牌码损坏" });
      await ground.photo(id);
      return id;
    },
    replaceCard: (told: Parameters<FakeGateway["status"]>[0] = {}) =>
      ground.take(anew.status({ atMs: 100, detectors: [clean], all: ["kitchen"], ...told })),
    submit: () => ground.act("wang", "submit", { conclusion: "C1" }),
    loseLink: () => store.db.updateTable("gateways").set({ link: "lost" }).execute(),
    retireGateway: () => store.db.updateTable("gateway_areas").set({ retired_at_ms: 1 }).execute(),
    hang: () => hang(store),
  };
};

export type EndGround = Awaited<ReturnType<typeof openEndGround>>;

/** The register knows the detector at a point. */
const hang = async ({ db }: Store): Promise<void> => {
  await db
    .insertInto("buildings")
    .values({ id: "b-1", area: "g1", name: "2栋", latitude: null, longitude: null })
    .execute();
  await db
    .insertInto("points")
    .values({ id: "p-1", building: "b-1", household: null, place: "厨房" })
    .execute();
  const unknown = { profile: null, serial: null, made_at_ms: null, warm_until_ms: null };
  const times = { installed_at_ms: 0, calibrated_at_ms: null, expires_at_ms: null };
  await db
    .insertInto("installations")
    .values({
      id: "i-1",
      detector: "kitchen",
      gateway: "gw-1",
      point: "p-1",
      ...unknown,
      ...times,
      removed_at_ms: null,
      removed_why: null,
      replaced_by: null,
      origin: "hand",
    })
    .execute();
};
