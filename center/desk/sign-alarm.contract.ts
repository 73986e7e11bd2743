import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { officer, openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";
import { changesAfter, lastPosition } from "../store/stream-log.ts";
import { once, signAlarm, type SignOutcome } from "./sign-alarm.ts";

/** What signing for an alarm promises, on whichever database. */
export const signContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: Ground;
  const gateway = createFakeGateway("gw-1");
  beforeEach(async () => {
    ground = await openGround(newDatabase);
    await ground.take(gateway.alarm({ seq: 1 }));
  });
  afterEach(() => ground.close());

  const sign = (
    user: string,
    { version = 1, key = user, episode = "ep-1" } = {},
  ): Promise<SignOutcome | undefined> => {
    const nowMs = ground.time.clock.now().wallMs;
    return once(ground.store, { actor: user, key, request: `${episode} ${version}`, nowMs }, (tx) =>
      signAlarm(tx, { episode, version, actor: officer(user), source: "127.0.0.1", nowMs }),
    );
  };

  describe(`signing on ${database}`, { timeout: 30_000 }, () => {
    test("of a hundred people at once one owns the alarm, ninety-nine learn who", async () => {
      const people = Array.from({ length: 100 }, (_, index) => `officer-${index}`);
      const outcomes = await Promise.all(people.map((one) => sign(one)));

      const winners = outcomes.filter((one) => one?.kind === "signed");
      expect(winners).toHaveLength(1);
      const owner = winners[0]?.alarm.case.acceptedBy;
      const losers = outcomes.filter((one) => one?.kind === "taken");
      expect(losers).toHaveLength(99);
      expect(new Set(losers.map((one) => one.current.case.acceptedBy))).toEqual(new Set([owner]));
      expect(await ground.countRows("audit")).toBe(1);
    });

    test("the same key again is the same answer and no second effect", async () => {
      const first = await sign("li", { key: "press-1" });
      const before = await lastPosition(ground.store.db);
      const again = await sign("li", { key: "press-1" });
      expect(again).toEqual(first);
      expect(await lastPosition(ground.store.db)).toBe(before);
      expect(await ground.countRows("audit")).toBe(1);
    });

    test("a key used for something else is refused", async () => {
      await sign("li", { key: "press-1" });
      expect(await sign("li", { key: "press-1", episode: "ep-2" })).toBeUndefined();
    });

    test("signing neither silences nor clears: the alarm stays active and on the desk", async () => {
      await sign("li");
      const [alarm] = (await ground.desk()).alarms;
      expect(alarm).toMatchObject({
        condition: "active",
        case: { state: "accepted", version: 2, acceptedBy: "li" },
      });
    });

    test("an alarm leaves the desk once it is both signed for and returned, in either order", async () => {
      await ground.take(gateway.alarm({ seq: 2, episode: "ep-2" }));
      await sign("li");
      await ground.take(gateway.alarm({ seq: 3, kind: "returned", atMs: 9 }));
      await ground.take(gateway.alarm({ seq: 4, episode: "ep-2", kind: "returned", atMs: 9 }));
      expect((await ground.desk()).alarms.map(({ episode }) => episode)).toEqual(["ep-2"]);
      await sign("li", { key: "second", episode: "ep-2" });
      expect((await ground.desk()).alarms).toEqual([]);
    });

    test("a late resend of what raised it does not bring it back", async () => {
      await sign("li");
      await ground.take(gateway.alarm({ seq: 3, kind: "returned", atMs: 9 }));
      await ground.take(gateway.alarm({ seq: 2, kind: "worsened", atMs: 5 }));
      await ground.take(gateway.alarm({ seq: 1 }));
      expect((await ground.desk()).alarms).toEqual([]);
    });

    test("a wrong version changes nothing, an unknown alarm is unknown", async () => {
      expect((await sign("li", { version: 7 }))?.kind).toBe("changed");
      expect((await sign("li", { key: "k", episode: "nowhere" }))?.kind).toBe("unknown");
      expect((await ground.desk()).alarms[0]?.case.state).toBe("reported");
    });

    test("every change has a position above the one before it, whoever writes at once", async () => {
      const from = await lastPosition(ground.store.db);
      await Promise.all([
        ...Array.from({ length: 20 }, (_, index) =>
          ground.take(gateway.alarm({ seq: index + 2, episode: `e${index}` })),
        ),
        sign("li"),
      ]);
      const { changes, upTo } = await changesAfter(ground.store.db, from);
      const positions = changes.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
      expect(upTo).toBe(await lastPosition(ground.store.db));
      expect(changes.filter(({ kind }) => kind === "alarm")).toHaveLength(21);
    });
  });
};
