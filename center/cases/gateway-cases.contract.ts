import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLinkWatch } from "../desk/watch-links.ts";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { openCaseGround, type CaseGround } from "./case-ground.testing.ts";
import { createGatewayWatch } from "./watch-gateways.ts";

const second = 1_000;
const minute = 60 * second;

/** What the center does about gateways it does not hear, on whichever database. */
export const gatewayCasesContract = (database: string, newDatabase: NewDatabase): void => {
  describe(`a gateway that is not heard on ${database}`, { timeout: 60_000 }, () => {
    let ground: CaseGround;
    let links: () => Promise<readonly string[]>;
    let gateways: () => Promise<readonly string[]>;
    beforeEach(async () => {
      ground = await openCaseGround(newDatabase);
      links = createLinkWatch(ground.store, ground.time.clock);
      gateways = createGatewayWatch(ground.store, ground.time.clock);
    });
    afterEach(() => ground.close());

    const gateway = createFakeGateway("gw-1");
    const homes = (silent: number) =>
      Array.from({ length: 20 }, (_, index) =>
        detectorAt(`d${index}`, 2, index < silent ? "unknown" : "normal"),
      );
    let told = 0;
    const speak = (silent = 0) => {
      told += 1;
      return ground.take(gateway.status({ atMs: told, detectors: homes(silent) }));
    };
    /** Time passes with the gateway speaking, or not; both watches look every five seconds. */
    const pass = async (durationMs: number, speaking?: { readonly silent: number }) => {
      for (let left = durationMs; left > 0; left -= 5 * second) {
        if (speaking !== undefined) await speak(speaking.silent);
        await links();
        await gateways();
        ground.time.advance(5 * second);
      }
      await links();
      await gateways();
    };
    const timeline = async () =>
      (await ground.detail((await ground.only()).id)).timeline.map(({ action }) => action);

    test("is one P2 case with the count of its homes, which rings until somebody signs", async () => {
      await pass(10 * second, { silent: 0 });
      await pass(50 * second);
      expect(await ground.cases()).toEqual([]);
      await pass(20 * second);
      const one = await ground.only();
      expect(one).toMatchObject({
        kind: "silence",
        priority: 2,
        state: "reported",
        area: "/pidu/anjing/xian/g1/",
        place: expect.stringContaining("影响 20 户"),
      });
      // In whichever language its reader has chosen.
      expect(one.title).toEqual({
        zh: expect.stringMatching(/^网关 \S+ 失联,影响 20 户$/),
        en: expect.stringMatching(/^gateway \S+ is lost, 20 homes$/),
      });
      await ground.pass(3 * minute);
      const [page] = await ground.pages();
      expect([page?.text_zh, page?.text_en]).toEqual([
        expect.stringContaining("失联,影响 20 户"),
        expect.stringContaining("is lost, 20 homes"),
      ]);
      const { timeline: entries } = await ground.detail(one.id);
      const said = entries.flatMap(({ text }) => text ?? []);
      expect(said).not.toEqual([]);
      for (const { zh, en } of said) {
        expect(en).not.toMatch(/[一-龥]/u);
        expect(zh).toMatch(/[一-龥]/u);
        expect(zh).not.toContain(" · ");
      }
      const clocks = (await ground.pages()).map(({ clock }) => clock);
      expect(clocks.filter((clock) => clock === "sign").length).toBeGreaterThan(1);
      await pass(10 * minute);
      expect(await ground.cases()).toHaveLength(1);
      await ground.act("li", "accept");
      expect((await ground.only()).state).toBe("accepted");
    });

    test("that comes and goes stays that one case, and is told once", async () => {
      await pass(10 * second, { silent: 0 });
      await pass(2 * minute);
      for (let flap = 0; flap < 5; flap += 1) {
        await pass(minute, { silent: 0 });
        await pass(90 * second);
      }
      expect(await timeline()).toEqual(["create", "alarm"]);
    });

    test("that comes and goes faster than a loss counts is a case once it was down more than half the time", async () => {
      await pass(10 * second, { silent: 0 });
      // Lost 20 s after its last word: 30 of 50 s, and never as long as 40 s.
      for (let flap = 0; flap < 3; flap += 1) {
        await pass(5 * second, { silent: 0 });
        await pass(45 * second);
      }
      expect(await ground.cases()).toEqual([]);
      for (let flap = 0; flap < 4; flap += 1) {
        await pass(5 * second, { silent: 0 });
        await pass(45 * second);
      }
      expect((await ground.only()).priority).toBe(2);
      expect(await timeline()).toEqual(["create", "alarm"]);
    });

    test("that is away for a third of the time calls nobody", async () => {
      await pass(10 * second, { silent: 0 });
      for (let flap = 0; flap < 10; flap += 1) {
        await pass(25 * second, { silent: 0 });
        await pass(35 * second);
      }
      expect(await ground.cases()).toEqual([]);
    });

    test("that is back for five minutes is told so, and rings again when it is lost again", async () => {
      await pass(10 * second, { silent: 0 });
      await pass(2 * minute);
      await ground.act("li", "accept");
      await pass(6 * minute, { silent: 0 });
      expect(await timeline()).toEqual(["create", "alarm", "accept", "alarm_over"]);
      const before = (await ground.pages()).length;
      await pass(2 * minute);
      expect((await timeline()).at(-1)).toBe("alarm_again");
      expect((await ground.pages()).slice(before).map(({ clock }) => clock)).toEqual(["ring"]);
    });

    test("not even by a restarted center is given a second case", async () => {
      await pass(10 * second, { silent: 0 });
      await pass(2 * minute);
      links = createLinkWatch(ground.store, ground.time.clock);
      gateways = createGatewayWatch(ground.store, ground.time.clock);
      await pass(3 * minute);
      expect(await ground.cases()).toHaveLength(1);
    });

    test("as to a tenth of its detectors is a P2 case as well; one silent detector is not", async () => {
      await pass(2 * minute, { silent: 1 });
      expect(await ground.cases()).toEqual([]);
      await pass(2 * minute, { silent: 2 });
      expect(await ground.only()).toMatchObject({
        priority: 2,
        place: expect.stringContaining("2 户"),
      });
    });

    test("and never was, or is retired, is nobody's work", async () => {
      await pass(10 * second, { silent: 0 });
      await ground.store.db.updateTable("gateway_areas").set({ retired_at_ms: 1 }).execute();
      await pass(3 * minute);
      expect(await ground.cases()).toEqual([]);
    });
  });
};
