import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";

/** What intake promises of actions, held alarms and street events, on whichever database. */
export const manyHomesContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: Ground;
  beforeEach(async () => {
    ground = await openGround(newDatabase);
  });
  afterEach(() => ground.close());
  const gateway = createFakeGateway("gw-1");
  const street = async () =>
    (await ground.desk()).street.map(({ topic, members }) => `${topic} ${members.join(" ")}`);

  describe(`actions on ${database}`, { timeout: 30_000 }, () => {
    test("stand with the alarm they were done to, once each, whichever comes first", async () => {
      const shelved = gateway.action({ kind: "shelved", atMs: 5, seq: 1 });
      await ground.take(shelved);
      await ground.take(gateway.alarm({ seq: 2, atMs: 10 }));
      await ground.take(gateway.action({ kind: "shelving-expired", atMs: 20, seq: 3 }));
      await ground.take(gateway.action({ kind: "hushed", rule: "all", atMs: 30, seq: 4 }));
      await ground.take(shelved);
      await ground.take(gateway.action({ kind: "shelved", rule: "tamper", atMs: 31, seq: 5 }));
      await ground.take(gateway.action({ kind: "shelved", detector: "bath", atMs: 32, seq: 6 }));

      const [alarm] = (await ground.desk()).alarms;
      expect(alarm?.actions?.map(({ kind }) => kind)).toEqual([
        "hushed",
        "shelving-expired",
        "shelved",
      ]);
      expect(ground.lastReceipt()).toMatchObject({ upTo: 6, holes: [] });
    });

    test("of another gateway's detector of the same name do not touch it", async () => {
      await ground.take(gateway.alarm({ seq: 1, atMs: 10 }));
      await ground.take(createFakeGateway("gw-2").action({ kind: "shelved", atMs: 20, seq: 1 }));
      expect((await ground.desk()).alarms[0]).not.toHaveProperty("actions");
    });
  });

  describe(`held alarms on ${database}`, { timeout: 30_000 }, () => {
    const shelved = { by: "shelved", who: "李敏", reason: "换电池" } as const;

    test("are on the desk with the reason, and leave it unsigned when they are over", async () => {
      await ground.take(gateway.alarm({ seq: 1, held: shelved }));
      expect((await ground.desk()).alarms[0]?.held).toEqual(shelved);
      await ground.take(gateway.alarm({ seq: 2, kind: "returned", atMs: 9, held: shelved }));
      expect((await ground.desk()).alarms).toEqual([]);
    });

    test("that have rung once ring until they are signed for, in whatever order that is told", async () => {
      await ground.take(gateway.alarm({ seq: 3, kind: "returned", atMs: 9, held: shelved }));
      expect((await ground.desk()).alarms).toEqual([]);
      await ground.take(gateway.alarm({ seq: 2, kind: "worsened", atMs: 5 }));
      await ground.take(gateway.alarm({ seq: 1, held: shelved }));
      const { alarms } = await ground.desk();
      expect(alarms.map(({ condition }) => condition)).toEqual(["returned"]);
      expect(alarms[0]).not.toHaveProperty("held");
    });

    test("from history wait to be seen, though they are over", async () => {
      const late = { by: "late", who: "history", reason: "judged as history" } as const;
      await ground.take(gateway.alarm({ seq: 1, held: late }));
      await ground.take(gateway.alarm({ seq: 2, kind: "returned", atMs: 9, held: late }));
      expect((await ground.desk()).alarms[0]?.held).toEqual(late);
    });
  });

  describe(`street events on ${database}`, { timeout: 30_000 }, () => {
    test("a storm heads its alarms until it ends, with every member that came meanwhile", async () => {
      await ground.take(gateway.alarm({ seq: 1 }));
      await ground.take(
        gateway.street({ kind: "storm-grew", atMs: 20, seq: 3, members: ["bath"] }),
      );
      await ground.take(gateway.street({ kind: "storm-begun", atMs: 10, seq: 2 }));
      expect(await street()).toEqual(["storm kitchen bath"]);
      await ground.take(gateway.street({ kind: "storm-ended", atMs: 30, seq: 4 }));
      expect(await street()).toEqual([]);
      await ground.take(gateway.street({ kind: "storm-begun", atMs: 10, seq: 2 }));
      expect(await street()).toEqual([]);
      expect(ground.lastReceipt()).toMatchObject({ upTo: 4, holes: [] });
    });

    test("a storm whose alarms are all off the desk is over, a dead link is not", async () => {
      await ground.take(gateway.street({ kind: "storm-begun", atMs: 10, seq: 1 }));
      await ground.take(
        gateway.street({ kind: "link-down", group: "link:bus 1", atMs: 10, seq: 2 }),
      );
      expect(await street()).toEqual(["link kitchen"]);
      await ground.take(gateway.street({ kind: "link-up", group: "link:bus 1", atMs: 11, seq: 3 }));
      expect(await street()).toEqual([]);
    });

    test("the same group at two gateways is two", async () => {
      const other = createFakeGateway("gw-2");
      const down = { kind: "link-down", group: "link:bus-1", atMs: 10, seq: 1 } as const;
      await Promise.all([ground.take(gateway.street(down)), ground.take(other.street(down))]);
      expect((await ground.desk()).street.map((view) => view.gateway).sort()).toEqual([
        "gw-1",
        "gw-2",
      ]);
    });
  });

  test(`a gateway's status names the rules it judges by, on ${database}`, async () => {
    await ground.take(gateway.status({ atMs: 1, rules: { set: "cn-2019", hash: "abc" } }));
    expect((await ground.desk()).gateways[0]?.rules).toEqual({ set: "cn-2019", hash: "abc" });
  });
};
