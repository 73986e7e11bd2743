import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { dayOf, periodOf } from "../figures/local-days.ts";
import { readFigures } from "../figures/read-figures.ts";
import { officer, openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";
import { signAlarm } from "../desk/sign-alarm.ts";

/** Signatures given at a gateway's board while its wall clock was wrong, on whichever database. */
export const boardClocksContract = (database: string, newDatabase: NewDatabase): void => {
  const gateway = createFakeGateway("gw-1");
  /** What its clock is behind: it began in 1970. */
  const bornMs = 1_795_000_000_000;
  let ground: Ground;
  let shownAtMs: number;
  beforeEach(async () => {
    ground = await openGround(newDatabase);
    shownAtMs = ground.time.clock.now().wallMs;
  });
  afterEach(() => ground.close());

  /** The gateway's monotonic clock now. */
  const monoMs = () => ground.time.clock.now().wallMs - bornMs;
  /** The alarm is raised, and shown at once. */
  const raise = (wallMs: number) => ground.take(gateway.alarm({ seq: 1, atMs: monoMs(), wallMs }));
  /** 王强 signs at the board; its clock says `wallMs`. */
  const signAtBoard = (wallMs: number) => {
    const { payload } = gateway.action({ kind: "acknowledged", by: "王强", atMs: monoMs() });
    const message = JSON.parse(new TextDecoder().decode(payload));
    const { action } = message.data;
    return ground.take(
      gateway.tell("action", {
        ...message,
        data: {
          ...message.data,
          action: {
            ...action,
            episode: "ep-1",
            at: { ...action.at, wallMs },
            origin: { side: "board" },
          },
        },
      }),
    );
  };
  const signAtDesk = () =>
    ground.store.write((tx) =>
      signAlarm(tx, {
        episode: "ep-1",
        version: 1,
        actor: officer("李敏"),
        source: "10.0.0.1",
        nowMs: ground.time.clock.now().wallMs,
      }),
    );
  const timeToSign = async () => {
    const nowMs = ground.time.clock.now().wallMs;
    const today = periodOf(dayOf(nowMs), dayOf(nowMs));
    if (today === undefined) throw new Error("no period");
    const { total } = await readFigures(ground.store.db, officer("周"), { period: today }, nowMs);
    const { n, maxMs, estimated } = total.sign;
    return { n, maxMs, estimated, inTime: total.signInTime.inTime };
  };
  const owner = async () => (await ground.desk()).alarms[0]?.case;
  /** A status after the gateway's clock has been put right. */
  const tellRightTime = () =>
    ground.take(gateway.status({ atMs: monoMs(), sentAtMs: ground.time.clock.now().wallMs }));

  describe(`clocks of boards on ${database}`, { timeout: 30_000 }, () => {
    test.each([
      ["in 1970", 71_000],
      ["in 2099", 4_070_908_800_000],
    ])("signed %s counts from when the center had it, and is marked so", async (_, wallMs) => {
      await raise(wallMs);
      ground.time.advance(90_000);
      await signAtBoard(wallMs + 90_000);
      expect(await timeToSign()).toEqual({ n: 1, maxMs: 90_000, estimated: 1, inTime: 0 });
      expect(await owner()).toMatchObject({
        acceptedBy: "王强",
        acceptedAtMs: shownAtMs + 90_000,
      });
    });

    test("once a status shows the right time, the signature counts from when it was given", async () => {
      await raise(1_000);
      ground.time.advance(20_000);
      const signedAt = monoMs();
      // Its word is held up for 70 s on the way.
      ground.time.advance(70_000);
      const { payload } = gateway.action({ kind: "acknowledged", by: "王强", atMs: signedAt });
      const message = JSON.parse(new TextDecoder().decode(payload));
      const { action } = message.data;
      const at = { ...action.at, wallMs: 21_000 };
      const told = { ...action, episode: "ep-1", at, origin: { side: "board" } };
      await ground.take(
        gateway.tell("action", { ...message, data: { ...message.data, action: told } }),
      );
      expect(await timeToSign()).toMatchObject({ maxMs: 90_000, estimated: 1 });

      await tellRightTime();
      expect(await timeToSign()).toEqual({ n: 1, maxMs: 20_000, estimated: 0, inTime: 1 });
      expect((await owner())?.acceptedAtMs).toBe(shownAtMs + 20_000);
      const signed = await ground.store.db
        .selectFrom("cases")
        .select(["signed_by", "signed_at_ms"])
        .executeTakeFirstOrThrow();
      expect(signed).toEqual({ signed_by: "王强", signed_at_ms: shownAtMs + 20_000 });
    });

    test("a clock that was right is believed, however late its word comes", async () => {
      await raise(bornMs + monoMs());
      const wallMs = shownAtMs + 5_000;
      ground.time.advance(5_000);
      await tellRightTime();
      await signAtBoard(wallMs);
      expect(await timeToSign()).toEqual({ n: 1, maxMs: 5_000, estimated: 0, inTime: 1 });
    });

    test("who was first is decided by the clocks' own words, and a desk's time stays the figure", async () => {
      await raise(1_000);
      ground.time.advance(10_000);
      await signAtDesk();
      ground.time.advance(20_000);
      await signAtBoard(31_000);
      // The gateway compares the same two numbers: there 1970 is first.
      expect((await owner())?.acceptedBy).toBe("王强");
      expect(await timeToSign()).toMatchObject({ maxMs: 10_000, estimated: 0 });
      // Told again: nothing new.
      await signAtBoard(31_000);
      expect(await ground.countRows("audit")).toBe(2);
    });
  });
};
