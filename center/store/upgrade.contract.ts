import { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestStore, type NewDatabase, type TestDatabase } from "../open-ground.testing.ts";
import { readDesk } from "../desk/read-desk.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { caseDetail } from "../cases/case-detail.ts";
import { startMissing } from "../cases/watch-cases.ts";
import { migrations } from "./migrations/all.ts";
import { openDialect } from "./open-store.ts";

/** What becomes of a database from before cases were more than a signature. */
export const upgradeContract = (database: string, newDatabase: NewDatabase): void => {
  let made: TestDatabase;
  beforeEach(async () => {
    made = await newDatabase();
  });
  afterEach(() => made.drop());

  /** The tables as they were, with one alarm not signed, one signed, one signed and over. */
  const fillOld = async (upTo: string): Promise<void> => {
    const db = new Kysely<any>({ dialect: openDialect(made.options) }); // oxlint-disable-line typescript/no-explicit-any -- tables that are no more
    const migrator = new Migrator({
      db,
      provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    });
    const { error } = await migrator.migrateTo(upTo);
    if (error !== undefined) throw new Error("old tables", { cause: error });
    await db
      .insertInto("counters")
      .values([
        { name: "stream", value: 7 },
        { name: "case", value: 3 },
      ])
      .execute();
    const gateway = createFakeGateway("gw-1");
    const old = [
      { episode: "new", condition: "active", on_desk: 1, state: "reported" },
      { episode: "mine", condition: "active", on_desk: 1, state: "accepted" },
      { episode: "over", condition: "returned", on_desk: 0, state: "accepted" },
    ];
    for (const [index, { episode, state, condition, on_desk }] of old.entries()) {
      const notice = gateway.message({ episode, seq: index + 1, drill: episode === "over" }).data;
      await db
        .insertInto("alarms")
        .values({
          episode,
          gateway: "gw-1",
          gateway_episode: episode,
          detector: "kitchen",
          condition,
          alarm_class: "co",
          priority: 1,
          on_desk,
          first_at_ms: 1_000,
          last_at_ms: 1_000,
          received_at_ms: 2_000 + index,
          late: 0,
          durable: 1,
          memory: JSON.stringify({ first: { at: notice.event.at, late: false }, undurable: [] }),
          notice: JSON.stringify(notice),
        })
        .execute();
      const signed = state === "accepted";
      await db
        .insertInto("cases")
        .values({
          id: `AJ-00000${index + 1}`,
          episode,
          state,
          version: signed ? 2 : 1,
          accepted_by: signed ? "li" : null,
          accepted_at_ms: signed ? 3_000 : null,
        })
        .execute();
    }
    await db.destroy();
  };

  for (const upTo of ["0001-intake-desk-accounts", "0002-actions-street"]) {
    test(`a database of ${upTo} on ${database} keeps cases, states, signers, and what the desk shows`, async () => {
      await fillOld(upTo);
      const store = await openTestStore(made.options);
      const view = { nowMs: 9_000, registered: new Set<string>(), centerFaults: [] };
      const { alarms } = await readDesk(store.db, view);
      expect(alarms.map((alarm) => [alarm.episode, alarm.case])).toEqual([
        [
          "mine",
          {
            id: "AJ-000002",
            state: "accepted",
            version: 2,
            acceptedBy: "li",
            acceptedAtMs: 3_000,
            progress: "accepted",
          },
        ],
        ["new", { id: "AJ-000001", state: "reported", version: 1, progress: "reported" }],
      ]);
      await startMissing(store);
      const anyone = { name: "sun", grants: [{ role: "street_duty", area: "/" } as const] };
      const detail = async (id: string) => caseDetail(store.db, id, anyone, 9_000);
      expect(await detail("AJ-000001")).toMatchObject({
        case: { state: "reported", kind: "co", gas: "co", drill: false, unsigned: 1 },
        clocks: [{ clock: "sign", sinceMs: 2_000 }],
      });
      const mine = await detail("AJ-000002");
      expect(mine?.timeline.map(({ actor, step }) => `${actor} ${step}`)).toEqual([
        "gw-1 T01",
        "li T02",
      ]);
      // Signing was the last step there was: what is over starts no clock.
      expect(await detail("AJ-000003")).toMatchObject({
        case: { drill: true, signedBy: "li", place: "喜安社区2栋1单元603" },
        clocks: [],
      });
      await store.close();
    });
  }
};
