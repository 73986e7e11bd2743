import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";

/** What the center makes of a boot from which alarms come and no status, on whichever database. */
export const noteBootsContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: Ground;
  beforeEach(async () => {
    ground = await openGround(newDatabase);
  });
  afterEach(() => ground.close());

  const first = createFakeGateway("gw-1", "journal-1", "boot-1");
  const second = createFakeGateway("gw-1", "journal-1", "boot-2");
  const third = createFakeGateway("gw-1", "journal-1", "boot-3");
  const standing = detectorAt("kitchen", 400, "alarm", ["ep-1"]);
  const shown = async () =>
    (await ground.desk()).alarms.map(
      ({ notice, condition }) => `${notice.event.episode} ${condition}`,
    );
  const raiseInFirst = async () => {
    await ground.take(first.status({ atMs: 1 }));
    await ground.take(first.alarm({ seq: 1, atMs: 10 }));
    await ground.take(first.status({ atMs: 20, detectors: [standing] }));
  };
  const returned = { kind: "returned", seq: 2, atMs: 50 } as const;

  describe(`a boot known by its alarms only, on ${database}`, { timeout: 30_000 }, () => {
    test("its return holds against an older picture, but not against the next boot's", async () => {
      await raiseInFirst();
      await ground.take(second.alarm(returned));
      expect(await shown()).toEqual(["ep-1 returned"]);
      // The card has lost that boot and the return: the gateway goes on with the alarm.
      await ground.take(third.status({ atMs: 5, boots: ["boot-1"], detectors: [standing] }));
      expect(await shown()).toEqual(["ep-1 active"]);
    });

    test("held up on its way, its return hides the alarm until the next heartbeat only", async () => {
      await raiseInFirst();
      await ground.take(third.status({ atMs: 5, boots: ["boot-1"], detectors: [standing] }));
      await ground.take(second.alarm(returned));
      await ground.take(third.status({ atMs: 5_000 }));
      expect(await shown()).toEqual(["ep-1 active"]);
    });

    test("its return holds also where a later boot tells it, after the status of that one", async () => {
      await raiseInFirst();
      // The detector was taken away meanwhile: what the first boot said of it is the last picture.
      await ground.take(third.status({ atMs: 5, boots: ["boot-1", "boot-2"], all: [] }));
      await ground.take(second.alarm({ ...returned, late: true, senderBoot: "boot-3" }));
      expect(await shown()).toEqual(["ep-1 returned"]);
    });

    test("or before it", async () => {
      await raiseInFirst();
      await ground.take(second.alarm({ ...returned, late: true, senderBoot: "boot-3" }));
      await ground.take(third.status({ atMs: 5, boots: ["boot-1", "boot-2"], all: [] }));
      expect(await shown()).toEqual(["ep-1 returned"]);
    });

    test("a boot of which a later one tells is not the present, however late its own status comes", async () => {
      await raiseInFirst();
      await ground.take(first.alarm({ seq: 2, atMs: 30, episode: "ep-2", senderBoot: "boot-2" }));
      await ground.take(first.status({ atMs: 40, detectors: [standing] })); // held up on its way
      await ground.take(second.alarm({ ...returned, seq: 3 }));
      expect((await shown()).toSorted()).toEqual(["ep-1 returned", "ep-2 active"]);
    });

    const unwritten = { episode: "ep-a", atMs: 0 };
    const older = { episode: "ep-b", late: true, senderBoot: "boot-3" };

    test("an alarm of it, told late, is not what a later boot's unwritten alarm goes on as", async () => {
      await ground.take(first.status({ atMs: 1 }));
      await ground.take(third.alarm(unwritten));
      await ground.take(second.alarm({ ...older, seq: 1, atMs: 10 }));
      await ground.take(second.alarm({ ...older, seq: 2, atMs: 20, kind: "returned" }));
      expect((await shown()).toSorted()).toEqual(["ep-a active", "ep-b returned"]);
    });

    test("nor after that boot's status, which names no boots yet", async () => {
      await ground.take(third.alarm(unwritten));
      await ground.take(third.status({ atMs: 100 }));
      await ground.take(second.alarm({ ...older, seq: 1, atMs: 10 }));
      expect((await shown()).toSorted()).toEqual(["ep-a active", "ep-b active"]);
    });

    test("an alarm that went on as a held-up one of it stands as long as its own boot says so", async () => {
      await ground.take(first.status({ atMs: 1 }));
      await ground.take(third.alarm(unwritten));
      const goesOn = detectorAt("kitchen", 400, "alarm", ["ep-a"]);
      await ground.take(third.status({ atMs: 5, boots: ["boot-1"], detectors: [goesOn] }));
      const { senderBoot: _, ...heldUp } = older;
      await ground.take(second.alarm({ ...heldUp, seq: 1, atMs: 10 }));
      await ground.take(second.alarm({ ...heldUp, seq: 2, atMs: 20, kind: "returned" }));
      await ground.take(third.status({ atMs: 5_000 }));
      expect(await shown()).toEqual(["ep-b active"]);
      const calm = detectorAt("kitchen", 2, "normal");
      await ground.take(third.status({ atMs: 9_000, detectors: [calm] }));
      expect(await shown()).toEqual(["ep-b returned"]);
    });

    test("and its own boot's next words count, also when they come under the old name", async () => {
      const { senderBoot: _, ...heldUp } = older;
      const told = async () =>
        (await ground.desk()).alarms.map(
          ({ notice: { event }, condition }) => `${event.episode} P${event.priority} ${condition}`,
        );
      await ground.take(third.status({ atMs: 1 }));
      await ground.take(third.alarm({ ...unwritten, atMs: 2, priority: 2 }));
      await ground.take(second.alarm({ ...heldUp, seq: 1, atMs: 10, priority: 2 }));
      await ground.take(third.status({ atMs: 5_000, boots: ["boot-1"] }));
      expect(await told()).toEqual(["ep-b P2 active"]);
      const worse = { ...unwritten, kind: "worsened", co: 900, priority: 1 } as const;
      await ground.take(third.alarm({ ...worse, atMs: 6_000 }));
      expect(await told()).toEqual(["ep-a P1 active"]);
      await ground.take(second.alarm({ ...heldUp, seq: 2, atMs: 20, kind: "returned" }));
      expect(await told()).toEqual(["ep-a P1 active"]);
      await ground.take(third.alarm({ ...worse, kind: "returned", atMs: 9_000 }));
      expect(await told()).toEqual(["ep-a P1 returned"]);
    });

    test("also when both come in one batch, and the held-up one's again after them", async () => {
      const { senderBoot: _, ...heldUp } = older;
      await ground.take(third.status({ atMs: 1 }));
      await ground.take(third.alarm({ ...unwritten, atMs: 2, priority: 2 }));
      await Promise.all([
        ground.take(second.alarm({ ...heldUp, seq: 1, atMs: 10, priority: 2 })),
        ground.take(third.status({ atMs: 5_000, boots: ["boot-1"] })),
      ]);
      await Promise.all(
        [
          third.alarm({ ...unwritten, kind: "worsened", atMs: 6_000, priority: 1 }),
          second.alarm({ ...heldUp, seq: 2, atMs: 30, kind: "worsened", priority: 1 }),
          third.alarm({ ...unwritten, kind: "returned", atMs: 9_000 }),
        ].map(ground.take),
      );
      expect(await shown()).toEqual(["ep-a returned"]);
    });

    test("but an alarm that was forgotten two boots ago goes on as it", async () => {
      await ground.take(first.alarm(unwritten));
      await ground.take(second.alarm({ ...older, seq: 1, atMs: 10 }));
      expect(await shown()).toEqual(["ep-b active"]);
    });
  });
};
