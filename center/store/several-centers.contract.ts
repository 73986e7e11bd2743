import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { epochMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { openBroadcast, type Broadcast, type PlacedEvent } from "../desk/broadcast.ts";
import { once, signAlarm } from "../desk/sign-alarm.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { commitBatch } from "../intake/commit-batch.ts";
import { parseUpTopic, readMessage } from "../intake/read-message.ts";
import {
  officer,
  openGround,
  openTestStore,
  type Ground,
  type NewDatabase,
} from "../open-ground.testing.ts";
import { verifyAudit } from "../audit/verify.ts";
import { audit } from "./audit.ts";
import { openSharedTime } from "./shared-time.ts";
import { beginStretch } from "./stream-log.ts";
import type { Store } from "./open-store.ts";

/** What two center processes on one PostgreSQL promise: to be one center. */
export const severalCentersContract = (newDatabase: NewDatabase): void => {
  let ground: Ground;
  let other: Store;
  const gateway = createFakeGateway("gw-1");
  beforeEach(async () => {
    ground = await openGround(newDatabase);
    other = await openTestStore(ground.databaseOptions);
  });
  afterEach(async () => {
    await other.close();
    await ground.close();
  });

  const takeAtOther = (told: { readonly topic: string; readonly payload: Uint8Array }) => {
    const from = parseUpTopic(told.topic);
    if (from === undefined) throw new Error("no up topic");
    return commitBatch(other, [readMessage(told, from)], 1_795_000_000_000);
  };

  describe("two centers on one PostgreSQL", { timeout: 30_000 }, () => {
    test("the same alarms at both at once are one alarm each, and one case of their home", async () => {
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          gateway.alarm({ seq: index + 1, episode: `e${index}` }),
        ).flatMap((alarm) => [ground.take(alarm), takeAtOther(alarm)]),
      );
      expect(await ground.countRows("alarms")).toBe(20);
      expect(await ground.countRows("case_alarms")).toBe(20);
      // One detector, one home: whoever comes first begins the case that the others join.
      expect(await ground.countRows("cases")).toBe(1);
      expect((await ground.desk()).gateways[0]?.missing).toBe(0);
    });

    test("a long import holds up no alarm, and leaves nothing behind when it is overtaken", async () => {
      const building = { id: "b-2", name: "2栋", area: "anjing" };
      const buildings = () => ground.store.db.selectFrom("buildings").select("id").execute();
      await ground.store.db
        .insertInto("areas")
        .values({
          id: "anjing",
          kind: "street",
          parent: null,
          path: "/anjing/",
          name_zh: "安靖",
          name_en: "Anjing",
        })
        .execute();
      const importing = (finish: () => Promise<void>) =>
        other.writeBeside(async (tx) => {
          await tx.insertInto("buildings").values(building).execute();
          // Committed and receipted while the import is under way.
          await ground.take(gateway.alarm({ seq: 1 }));
          return ground.receipts.length;
        }, finish);

      await expect(importing(() => Promise.reject(new Error("overtaken")))).rejects.toThrow(
        "overtaken",
      );
      expect(await ground.countRows("alarms")).toBe(1);
      expect(await buildings()).toEqual([]);

      await importing(() => Promise.resolve());
      expect(ground.receipts).toHaveLength(2);
      expect(await buildings()).toEqual([{ id: "b-2" }]);
    });

    test("both write one audit chain, without gap and without fork", async () => {
      const note = (store: Store, index: number) =>
        store.write((tx) => {
          const deed = { actor: `officer-${index}`, action: "sign", source: "" };
          return audit(tx, { ...deed, atMs: 1_795_000_000_000 });
        });
      await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          note(index % 2 === 0 ? ground.store : other, index),
        ),
      );
      expect(await verifyAudit(ground.store.db)).toMatchObject({ ok: true, rows: 40 });
    });

    test("of a hundred people at both, one owns the alarm", async () => {
      await ground.take(gateway.alarm({ seq: 1 }));
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, index) => {
          const user = `officer-${index}`;
          const nowMs = 1_795_000_000_000;
          return once(
            index % 2 === 0 ? ground.store : other,
            { actor: user, key: "k", request: "sign", nowMs },
            (tx) =>
              signAlarm(tx, {
                episode: "ep-1",
                version: 1,
                actor: officer(user),
                source: "",
                nowMs,
              }),
          );
        }),
      );
      expect(outcomes.filter((one) => one?.kind === "signed")).toHaveLength(1);
      expect(outcomes.filter((one) => one?.kind === "taken")).toHaveLength(99);
    });

    test("one press of a button that reaches both is done once, and its key is good for nothing else", async () => {
      let done = 0;
      const press = (store: Store, request: string, actor = "li") =>
        once(store, { actor, key: "k", request, nowMs: 1_795_000_000_000 }, (tx) => {
          done += 1;
          return audit(tx, { atMs: done, actor, action: "sign", source: "" }).then(() => done);
        });
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          press(index % 2 === 0 ? ground.store : other, "sign"),
        ),
      );
      expect(answers).toEqual(Array.from({ length: 20 }, () => 1));
      expect(await press(other, "something else")).toBeUndefined();
      expect(await press(other, "sign", "wang")).toBe(2);
      expect(await ground.countRows("audit")).toBe(2);
    });

    test.each([600_000, -600_000])(
      "one whose clock is %i ms wrong goes by the time they share, and says so",
      async (wrongMs) => {
        const real = openSystemClock();
        const wrong: Clock = {
          now: () => {
            const now = real.now();
            return { ...now, wallMs: epochMs(now.wallMs + wrongMs) };
          },
        };
        const { clock, look } = await openSharedTime(other, wrong);
        expect(Math.abs(clock.now().wallMs - real.now().wallMs)).toBeLessThan(5_000);
        expect((await look())?.en).toContain(wrongMs > 0 ? "600 s fast" : "600 s slow");
        const right = await openSharedTime(other, real);
        expect(await right.look()).toBeUndefined();
        expect(Math.abs(right.clock.now().wallMs - real.now().wallMs)).toBeLessThan(100);
      },
    );

    test("one that freezes in the middle of a write holds the other up for seconds, not for ever", async () => {
      const frozen = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const lost = other
        .write(async (tx) => {
          await tx.selectFrom("cases").select("id").execute();
          begun.resolve();
          await frozen.promise;
          await tx.selectFrom("cases").select("id").execute();
        })
        .then(
          () => "committed",
          () => "rejected",
        );
      await begun.promise;
      await ground.take(gateway.alarm({ seq: 1 }));
      expect(await ground.countRows("case_alarms")).toBe(1);
      // It wakes up, learns that it has written nothing, and goes on with a new connection.
      frozen.resolve();
      expect(await lost).toBe("rejected");
      await takeAtOther(gateway.alarm({ seq: 2, episode: "ep-2" }));
      expect(await ground.countRows("case_alarms")).toBe(2);
    });

    test("a page at one is told, in order and without gaps, what the other took in", async () => {
      await ground.store.write((tx) => beginStretch(tx, 1_795_000_000_000));
      const told: PlacedEvent[] = [];
      const page: Broadcast = await openBroadcast({
        store: ground.store,
        view: ground.view,
        onTrouble: (error) => {
          throw error;
        },
      });
      page.subscribe((events) => told.push(...events.filter((one) => "event" in one)));
      const episodes = Array.from({ length: 50 }, (_, index) => `e${index}`);
      await Promise.all(
        episodes.map(async (episode, index) => {
          const alarm = gateway.alarm({ seq: index + 1, episode });
          await (index % 2 === 0 ? ground.take(alarm) : takeAtOther(alarm));
          page.wake();
        }),
      );
      page.wake();
      await page.idle();
      const seen = told.flatMap(({ event }) =>
        event.kind === "alarm" ? [event.data.episode] : [],
      );
      expect(new Set(seen)).toEqual(new Set(episodes));
      const positions = told.map(({ position = 0 }) => position);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
    });
  });
};
