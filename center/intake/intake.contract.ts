import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";

/** What intake promises, on whichever database. */
export const intakeContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: Ground;
  beforeEach(async () => {
    ground = await openGround(newDatabase);
  });
  afterEach(() => ground.close());
  const gateway = createFakeGateway("gw-1");
  const conditions = async () =>
    (await ground.desk()).alarms.map((alarm) => `${alarm.episode} ${alarm.condition}`);

  describe(`intake on ${database}`, { timeout: 30_000 }, () => {
    test("an alarm is on the desk with its case and gets a receipt", async () => {
      await ground.take(gateway.alarm({ seq: 1 }));

      const [alarm] = (await ground.desk()).alarms;
      expect(alarm).toMatchObject({
        episode: "ep-1",
        condition: "active",
        durable: true,
        notice: { where: { address: { text: "喜安社区2栋1单元603" } } },
        case: { id: "AJ-000001", state: "reported", version: 1 },
      });
      expect(ground.receipts[0]?.topic).toBe("canary/v1/gateways/gw-1/down/receipt");
      expect(ground.lastReceipt()).toEqual({
        journalid: "journal-1",
        upTo: 1,
        holes: [],
        ids: [],
        refused: [],
      });
    });

    test("the same message again, in one batch or later, is one alarm, and is receipted again", async () => {
      const alarm = gateway.alarm({ seq: 1 });
      await Promise.all([ground.take(alarm), ground.take(alarm), ground.take(alarm)]);
      await ground.take(alarm);

      expect(await conditions()).toEqual(["ep-1 active"]);
      expect(await ground.countRows("records")).toBe(1);
      expect(ground.receipts).toHaveLength(2);
      expect(ground.lastReceipt().upTo).toBe(1);
    });

    test("a receipt lost in a crash after the commit: the gateway sends again, nothing doubles", async () => {
      await ground.take(gateway.alarm({ seq: 1 }));
      ground.receipts.length = 0; // the process died here; no receipt ever left
      await Promise.all([
        ground.take(gateway.alarm({ seq: 1 })),
        ground.take(gateway.alarm({ seq: 2, kind: "returned", atMs: 9_000 })),
      ]);
      expect(await conditions()).toEqual(["ep-1 returned"]);
      expect(await ground.countRows("cases")).toBe(1);
      expect(ground.lastReceipt()).toMatchObject({ upTo: 2, holes: [] });
    });

    test("returned before raised: the alarm ends returned, and stays until signed for", async () => {
      await ground.take(gateway.alarm({ seq: 2, kind: "returned", atMs: 60_000 }));
      expect(await conditions()).toEqual(["ep-1 returned"]);
      await ground.take(gateway.alarm({ seq: 1, kind: "raised", atMs: 0, late: true }));

      const [alarm] = (await ground.desk()).alarms;
      expect(alarm?.condition).toBe("returned");
      expect(alarm?.notice.event.kind).toBe("returned");
      expect((alarm?.lastAtMs ?? 0) - (alarm?.firstAtMs ?? 0)).toBe(60_000);
    });

    test("a hole is named until it is filled", async () => {
      await ground.take(gateway.alarm({ seq: 1, episode: "a" }));
      await ground.take(gateway.alarm({ seq: 5, episode: "b" }));
      expect(ground.lastReceipt()).toMatchObject({ upTo: 5, holes: [[2, 4]] });
      expect((await ground.desk()).gateways[0]?.missing).toBe(3);

      await Promise.all(
        [3, 2, 4].map((seq) => ground.take(gateway.alarm({ seq, episode: `e${seq}` }))),
      );
      expect(ground.lastReceipt()).toMatchObject({ upTo: 5, holes: [] });
      expect((await ground.desk()).gateways[0]?.missing).toBe(0);
    });

    test("what a gateway has written and the center does not have is asked for, also after a restored backup", async () => {
      await ground.take(gateway.status({ atMs: 1, lastSeq: 200, pending: 0, detectors: [] }));
      expect(ground.lastReceipt()).toMatchObject({ upTo: 200, holes: [[1, 200]] });
    });

    test("two journals of one gateway are counted apart", async () => {
      const renewed = createFakeGateway("gw-1", "journal-2");
      await Promise.all([
        ground.take(gateway.alarm({ seq: 1, episode: "old" })),
        ground.take(renewed.alarm({ seq: 3, episode: "new" })),
      ]);
      const told = ground.receipts.map(({ receipt }) => receipt.data);
      expect(told).toContainEqual(expect.objectContaining({ journalid: "journal-1", holes: [] }));
      expect(told).toContainEqual(
        expect.objectContaining({ journalid: "journal-2", upTo: 3, holes: [[1, 2]] }),
      );
    });

    test("an alarm the gateway could not write down, then could: one alarm, marked until then", async () => {
      await ground.take(gateway.alarm({ id: "event-1" }));
      expect(ground.lastReceipt()).toMatchObject({ upTo: 0, ids: ["event-1"] });
      expect((await ground.desk()).alarms[0]?.durable).toBe(false);

      await ground.take(gateway.alarm({ id: "event-1", seq: 1 }));
      const { alarms } = await ground.desk();
      expect(alarms.map((alarm) => alarm.durable)).toEqual([true]);
      expect(ground.lastReceipt()).toMatchObject({ upTo: 1, holes: [] });
    });

    test("a gateway that speaks for another is refused and shown, its words touch nothing", async () => {
      const forged = {
        ...createFakeGateway("gw-2").message({ seq: 1 }),
        source: "/canary/gateways/gw-2",
      };
      await ground.take(gateway.tell("alarm", forged));
      const { alarms, gateways } = await ground.desk();
      expect(alarms).toEqual([]);
      expect(gateways.map(({ id }) => id)).toEqual(["gw-1"]);
      expect(gateways[0]?.faults[0]?.zh).toContain("网关只能代表自己");
      expect(ground.lastReceipt().refused).toMatchObject([{ id: forged.id }]);
    });

    test("the same episode name at two gateways is two alarms", async () => {
      const other = createFakeGateway("gw-2");
      await Promise.all([
        ground.take(gateway.alarm({ seq: 1, episode: "same", id: "x" })),
        ground.take(other.alarm({ seq: 1, episode: "same", id: "x" })),
      ]);
      await ground.take(other.alarm({ seq: 2, episode: "same", kind: "returned", atMs: 5 }));
      const { alarms } = await ground.desk();
      expect(
        alarms.map((alarm) => `${alarm.notice.where.gateway} ${alarm.condition}`).sort(),
      ).toEqual(["gw-1 active", "gw-2 returned"]);
    });

    test("an unknown version is kept, refused with a reason and shown, not dropped", async () => {
      const future = { ...gateway.message({ seq: 1 }), type: "canary.alarm.v9" };
      await ground.take(gateway.tell("alarm", future));
      await ground.take(gateway.tell("alarm", "not json at all"));

      expect(await ground.countRows("refusals")).toBe(2);
      expect((await ground.desk()).gateways[0]?.faults[0]?.zh).toContain("拒收 2 条");
      const [refused] = ground.receipts.flatMap(({ receipt }) => receipt.data.refused);
      expect(refused?.id).toBe(future.id);
      expect(refused?.reason.zh).toContain("canary.alarm.v9");
    });

    test("every status gets a receipt and shows its detectors, also the lost tail", async () => {
      await ground.take(gateway.alarm({ seq: 1 }));
      await ground.take(
        gateway.status({
          atMs: 1,
          lastSeq: 3,
          pending: 2,
          detectors: [detectorAt("kitchen", 412), detectorAt("bath", 0, "unknown")],
        }),
      );
      expect(ground.lastReceipt()).toMatchObject({ upTo: 3, holes: [[2, 3]], ids: ["status-1"] });
      const { alarms, gateways } = await ground.desk();
      expect(gateways[0]).toMatchObject({
        link: "up",
        detectors: 2,
        unknown: 1,
        pending: 2,
        missing: 2,
      });
      expect(alarms[0]?.present?.levels).toEqual([{ gas: "co", ppm: 412 }]);
    });

    test("a status that was held up does not overwrite a newer one", async () => {
      await ground.take(gateway.status({ atMs: 200, pending: 0 }));
      await ground.take(gateway.status({ atMs: 100, pending: 7 }));
      expect((await ground.desk()).gateways[0]?.pending).toBe(0);
    });

    test("a message the database cannot hold does not keep the others out", async () => {
      const odd = gateway.alarm({ seq: 2, episode: "nul-\0", detector: "d" });
      await Promise.all([
        ground.take(gateway.alarm({ seq: 1, episode: "a" })),
        ground.take(odd),
        ground.take(gateway.alarm({ seq: 3, episode: "b" })),
      ]);
      const episodes = (await ground.desk()).alarms.map(({ episode }) => episode);
      expect(episodes).toEqual(expect.arrayContaining(["a", "b"]));
      // SQLite holds it, PostgreSQL cannot: then it is refused and stays a named hole.
      const refused = ground.receipts.flatMap(({ receipt }) => receipt.data.refused);
      expect(refused.length + episodes.length).toBe(3);
    });

    test("one that is refused for words no database holds is answered all the same", async () => {
      const message = gateway.message({ seq: 1 });
      await ground.take(gateway.tell("alarm", { id: "one", type: "\0" }));
      const source = "/canary/gateways/\0";
      await ground.take(gateway.tell("alarm", { ...message, id: "two", source }));
      const refused = ground.receipts.flatMap(({ receipt }) => receipt.data.refused);
      expect(refused.map(({ id }) => id)).toEqual(["one", "two"]);
      expect(await ground.countRows("refusals")).toBe(2);
      expect(ground.troubles.filter((trouble) => trouble !== undefined)).toEqual([]);
    });
  });
};
