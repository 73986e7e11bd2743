import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";

/** What the center makes of restarts, lost records and two boxes, on whichever database. */
export const gatewayLivesContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: Ground;
  beforeEach(async () => {
    ground = await openGround(newDatabase);
  });
  afterEach(() => ground.close());
  const gateway = createFakeGateway("gw-1");
  const afterPowerCut = createFakeGateway("gw-1", "journal-1", "boot-2");
  const conditions = async () => (await ground.desk()).alarms.map(({ condition }) => condition);
  const faults = async () => (await ground.desk()).gateways[0]?.faults.map(({ en }) => en);

  describe(`lives of a gateway on ${database}`, { timeout: 30_000 }, () => {
    const standing = detectorAt("kitchen", 400, "alarm", ["ep-1"]);
    const calm = detectorAt("kitchen", 2, "normal");
    const forgottenReturn = async () => {
      await ground.take(gateway.status({ atMs: 1, detectors: [] }));
      await ground.take(gateway.alarm({ seq: 1 }));
      // The disk refuses it: it is sent un-numbered, and the gateway is killed.
      await ground.take(gateway.alarm({ kind: "returned", atMs: 5_000 }));
    };

    test("a return that was forgotten does not hide the alarm the gateway goes on with", async () => {
      await forgottenReturn();
      expect(await conditions()).toEqual(["returned"]);
      await ground.take(gateway.status({ atMs: 9_000, detectors: [standing] }));
      expect(await conditions()).toEqual(["active"]);

      await ground.take(gateway.alarm({ seq: 2, kind: "returned", atMs: 12_000 }));
      expect(await conditions()).toEqual(["returned"]);
    });

    test("nor after a power cut, when only the order of boots can tell", async () => {
      await forgottenReturn();
      await ground.take(afterPowerCut.status({ atMs: 50, detectors: [standing] }));
      expect(await conditions()).toEqual(["active"]);
      await ground.take(gateway.status({ atMs: 5_100, detectors: [calm] })); // held up on its way
      expect(await conditions()).toEqual(["active"]);
      await ground.take(afterPowerCut.status({ atMs: 900, detectors: [calm] }));
      expect(await conditions()).toEqual(["returned"]);
    });

    test("nor when the next boot's whole picture is overtaken by its second status", async () => {
      await forgottenReturn();
      await ground.take(afterPowerCut.status({ atMs: 900, detectors: [] }));
      await ground.take(gateway.status({ atMs: 5_100, detectors: [calm] })); // held up on its way
      await ground.take(
        afterPowerCut.status({ atMs: 50, boots: ["boot-1"], detectors: [standing] }),
      );
      expect(await conditions()).toEqual(["active"]);
      expect((await ground.desk()).gateways[0]).toMatchObject({ detectors: 1 });
    });

    test("of one boot the newest word about a detector stays, whichever comes last", async () => {
      await ground.take(gateway.alarm({ seq: 1 }));
      await ground.take(gateway.status({ atMs: 5_000, detectors: [standing] }));
      await ground.take(gateway.status({ atMs: 4_000, detectors: [calm] }));
      expect((await ground.desk()).alarms).toMatchObject([{ present: { state: "alarm" } }]);
    });

    test("a picture from before the return, also one held up, opens nothing again", async () => {
      await ground.take(gateway.status({ atMs: 1, detectors: [standing] }));
      await ground.take(gateway.alarm({ seq: 1 }));
      await ground.take(gateway.alarm({ seq: 2, kind: "returned", atMs: 5_000 }));
      await ground.take(gateway.status({ atMs: 4_000, detectors: [standing] }));
      expect(await conditions()).toEqual(["returned"]);
    });

    test("a boot that is heard too late, after one that names it as earlier, is not the present", async () => {
      const third = createFakeGateway("gw-1", "journal-1", "boot-3");
      await ground.take(gateway.status({ atMs: 1 }));
      await ground.take(third.status({ atMs: 10, pending: 3, boots: ["boot-1", "boot-2"] }));
      await ground.take(afterPowerCut.status({ atMs: 90_000, pending: 9 }));
      expect((await ground.desk()).gateways[0]?.pending).toBe(3);
      expect(await faults()).toEqual([]);
    });

    test("nor is one whose last word came through after an outage, unless it speaks on", async () => {
      const pending = async () => (await ground.desk()).gateways[0]?.pending;
      await ground.take(gateway.status({ atMs: 1 }));
      await ground.take(afterPowerCut.status({ atMs: 10, pending: 3, boots: ["boot-1"] }));
      for (const atMs of [76_000, 76_020, 81_000, 96_000, 116_000]) {
        await ground.take(gateway.status({ atMs, pending: 9 })); // held up on their way
        expect(await pending()).toBe(3);
      }
      ground.time.advance(20_000);
      await ground.take(gateway.status({ atMs: 136_000, pending: 9 })); // another box
      expect(await pending()).toBe(9);
    });

    test("what is left out is not confirmed, so that a box that lives tells it again", async () => {
      await ground.take(gateway.alarm({ seq: 1 }));
      await ground.take(gateway.alarm({ seq: 2, kind: "returned", atMs: 50 }));
      // A record that a cloned card tells makes of this boot one that has ended.
      const cloned = { seq: 3, episode: "ep-x", detector: "bath", senderBoot: "boot-9" };
      await ground.take(gateway.alarm({ ...cloned, late: true }));
      for (const atMs of [1_000, 6_000, 11_000]) {
        ground.time.advance(5_000);
        await ground.take(gateway.status({ atMs, detectors: [standing] }));
        expect(ground.lastReceipt().ids).toEqual([]);
        expect(await conditions()).toContain("returned");
      }
      ground.time.advance(20_000);
      await ground.take(gateway.status({ atMs: 31_000, detectors: [standing] }));
      expect(ground.lastReceipt().ids).toHaveLength(1);
      expect(await conditions()).toEqual(["active", "active"]);
    });

    test("what another boot's status has overtaken is not confirmed either", async () => {
      await ground.take(gateway.status({ atMs: 5_000 }));
      await ground.take(afterPowerCut.status({ atMs: 50 }));
      await ground.take(gateway.status({ atMs: 6_000 }));
      expect(ground.lastReceipt().ids).toEqual([]);
      await ground.take(afterPowerCut.status({ atMs: 40 }));
      expect(ground.lastReceipt().ids).toHaveLength(1); // of the same boot: what it alone names counts
    });

    test("nor does an unknown boot that has ended keep one that lives from being heard", async () => {
      const third = createFakeGateway("gw-1", "journal-1", "boot-3");
      await ground.take(third.status({ atMs: 100 }));
      await ground.take(third.alarm({ seq: 1, atMs: 150 }));
      await ground.take(third.alarm({ kind: "returned", atMs: 200 })); // unwritten
      const heldUp = { seq: 7, atMs: 10, episode: "ep-old", late: true, senderBoot: "boot-2" };
      await ground.take(gateway.alarm(heldUp));
      await ground.take(third.status({ atMs: 300, pending: 4, detectors: [standing] }));
      expect((await ground.desk()).gateways[0]?.pending).toBe(4);
      expect(await conditions()).toContain("active");
    });

    test("what was taken for the present is not, once its successor names it as earlier", async () => {
      await ground.take(gateway.status({ atMs: 1 }));
      const third = createFakeGateway("gw-1", "journal-1", "boot-3");
      await ground.take(third.status({ atMs: 900, pending: 3 })); // knows of no boots yet
      await ground.take(afterPowerCut.status({ atMs: 90, pending: 9 })); // held up on its way
      await ground.take(third.status({ atMs: 500, pending: 8, boots: ["boot-1", "boot-2"] }));
      await ground.take(afterPowerCut.status({ atMs: 95, pending: 9 }));
      await ground.take(third.status({ atMs: 5_900, pending: 4 }));
      expect((await ground.desk()).gateways[0]?.pending).toBe(4);
    });

    test("nor is one that renewed its journal before it ended", async () => {
      const renewed = createFakeGateway("gw-1", "journal-2", "boot-1");
      await ground.take(gateway.status({ atMs: 1 }));
      await ground.take(afterPowerCut.status({ atMs: 10, pending: 3, boots: ["boot-1"] }));
      await ground.take(renewed.status({ atMs: 5_000, pending: 9 })); // held up on its way
      expect((await ground.desk()).gateways[0]?.pending).toBe(3);
    });

    test("two boxes under one id are a fault, a restart or a swap is none", async () => {
      const other = createFakeGateway("gw-1", "journal-2", "boot-9");
      const story = [gateway, other, gateway, other, gateway];
      for (const [turn, box] of story.entries()) {
        for (const n of [0, 1, 2, 3, 4]) {
          ground.time.advance(5_000);
          const sentAtMs = ground.time.clock.now().wallMs;
          await ground.take(box.status({ atMs: 1_000 + (turn * 5 + n) * 5_000, sentAtMs }));
        }
        const expected = turn < 2 ? [] : [expect.stringContaining("two gateways use the id")];
        expect(await faults()).toEqual(expected);
      }
      ground.time.advance(61_000);
      expect(await faults()).toEqual([]);
    });

    test("also when they run on one machine, and the first word of each names no journal yet", async () => {
      const other = createFakeGateway("gw-1", "journal-2");
      const speak = (box: typeof gateway, atMs: number, named: boolean) => {
        const told = box.status({ atMs, sentAtMs: ground.time.clock.now().wallMs });
        const { journalid: _, ...unnamed } = JSON.parse(new TextDecoder().decode(told.payload));
        return ground.take(named ? told : box.tell("state", unnamed));
      };
      // The broker cuts one off for the other about once a second.
      for (let second = 0; second < 50; second += 1) {
        ground.time.advance(1_000);
        await speak(second % 2 === 0 ? gateway : other, (second + 1) * 1_000, second > 1);
      }
      expect(await faults()).toEqual([expect.stringContaining("two gateways use the id")]);
      // One of them is taken away: the fault goes, and the other is a gateway like any.
      for (let second = 50; second < 120; second += 5) {
        ground.time.advance(5_000);
        await speak(other, (second + 1) * 1_000, true);
      }
      expect(await faults()).toEqual([]);
    });

    const times = async () => {
      const [alarm] = (await ground.desk()).alarms;
      return {
        first: alarm?.firstAtMs,
        last: alarm?.lastAtMs,
        told: alarm?.notice.event.at.wallMs,
      };
    };

    test("a gateway that starts in 1970 is a fault, and its alarms are dated when its clock is right", async () => {
      await ground.take(gateway.status({ atMs: 1_000, sentAtMs: 6_000 }));
      expect(await faults()).toEqual([
        expect.stringContaining("differs from the center's by -1795"),
      ]);
      await ground.take(gateway.alarm({ seq: 1, atMs: 2_000, wallMs: 7_000 }));
      await ground.take(gateway.alarm({ seq: 2, kind: "worsened", atMs: 62_000, wallMs: 67_000 }));
      expect(await times()).toEqual({ first: 7_000, last: 67_000, told: 67_000 });

      ground.time.advance(90_000);
      const sentAtMs = ground.time.clock.now().wallMs;
      await ground.take(gateway.status({ atMs: 91_000, sentAtMs }));
      expect(await faults()).toEqual([]);
      const bootedMs = sentAtMs - 91_000;
      expect(await times()).toEqual({
        first: bootedMs + 2_000,
        last: bootedMs + 62_000,
        told: 67_000,
      });
      // What was dated wrongly and comes only now is put right as well.
      await ground.take(gateway.alarm({ seq: 3, kind: "returned", atMs: 80_000, wallMs: 85_000 }));
      expect((await times()).last).toBe(bootedMs + 80_000);
    });

    test("nor does an older alarm keep the wrong time at which the next boot returned it", async () => {
      const nowMs = () => ground.time.clock.now().wallMs;
      await ground.take(gateway.status({ atMs: 1_000, sentAtMs: nowMs() }));
      await ground.take(gateway.alarm({ seq: 1, atMs: 2_000, wallMs: nowMs() + 1_000 }));
      ground.time.advance(3_600_000);
      await ground.take(afterPowerCut.status({ atMs: 1_000, sentAtMs: 1_000 }));
      await ground.take(
        afterPowerCut.alarm({ seq: 2, kind: "returned", atMs: 2_000, wallMs: 2_000 }),
      );
      ground.time.advance(9_000);
      await ground.take(afterPowerCut.status({ atMs: 10_000, sentAtMs: nowMs() }));
      expect((await times()).last).toBe(nowMs() - 8_000);
    });

    test("a clock that jumps by an hour and back dates nothing wrongly for good", async () => {
      const hourMs = 3_600_000;
      const nowMs = () => ground.time.clock.now().wallMs;
      await ground.take(gateway.status({ atMs: 1_000, sentAtMs: nowMs() }));
      await ground.take(gateway.alarm({ seq: 1, atMs: 2_000, wallMs: nowMs() + hourMs }));
      await ground.take(gateway.status({ atMs: 3_000, sentAtMs: nowMs() + hourMs }));
      expect(await faults()).toEqual([expect.stringContaining("by 3600 s")]);
      expect((await times()).first).toBe(nowMs() + 1_000);
    });

    test("what was dated while the clock was right stays so", async () => {
      const nowMs = ground.time.clock.now().wallMs;
      await ground.take(gateway.status({ atMs: 1_000, sentAtMs: nowMs }));
      await ground.take(gateway.alarm({ seq: 1, atMs: 2_000, wallMs: nowMs + 1_700 }));
      expect((await times()).first).toBe(nowMs + 1_700);
    });

    test("numbers given twice are two ends in the receipt, not one stretch", async () => {
      await ground.take(gateway.alarm({ seq: 1, episode: "a", prev: "0", hash: "a1" }));
      await ground.take(gateway.alarm({ seq: 2, episode: "b", prev: "a1", hash: "a2" }));
      expect(ground.lastReceipt().ends).toEqual([[2, "a2"]]);
      await ground.take(gateway.alarm({ seq: 3, episode: "c", prev: "b2", hash: "b3" }));
      expect(ground.lastReceipt()).toMatchObject({
        upTo: 3,
        holes: [],
        ends: [
          [2, "a2"],
          [3, "b3"],
        ],
      });
    });

    test("a detector that a whole picture does not name is gone: never normal, and not counted", async () => {
      const bath = detectorAt("bath", 2, "normal");
      await ground.take(gateway.alarm({ seq: 1 }));
      await ground.take(gateway.status({ atMs: 1, detectors: [calm, bath] }));
      await ground.take(gateway.status({ atMs: 2, detectors: [bath] })); // changes only
      expect((await ground.desk()).gateways[0]).toMatchObject({ detectors: 2, unknown: 0 });
      await ground.take(gateway.status({ atMs: 3, detectors: [], all: ["bath"] }));
      const { gateways, alarms } = await ground.desk();
      expect(gateways[0]).toMatchObject({ detectors: 1, unknown: 0 });
      expect(alarms).toMatchObject([{ condition: "active", present: { state: "unknown" } }]);
      await ground.take(gateway.status({ atMs: 4, detectors: [calm] }));
      expect((await ground.desk()).gateways[0]).toMatchObject({ detectors: 2 });
    });

    test("what an ended journal lacks is not awaited any more", async () => {
      await ground.take(gateway.status({ atMs: 1, lastSeq: 7 }));
      expect((await ground.desk()).gateways[0]?.missing).toBe(7);
      const renewed = createFakeGateway("gw-1", "journal-2");
      await ground.take(renewed.status({ atMs: 2, lastSeq: 0 }));
      expect((await ground.desk()).gateways[0]?.missing).toBe(0);
    });
  });
};
