import { Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { expect, onTestFinished, test } from "vitest";
import { hashPassword } from "../accounts/passwords.ts";
import { verifyAudit } from "../audit/verify.ts";
import { createFakeGateway, streetNotice } from "../fake-gateway.testing.ts";
import { openDesk } from "../open-desk.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { migrations } from "./migrations/all.ts";
import { openDialect } from "./open-store.ts";

const password = "a password of last year";
const gateway = createFakeGateway("gw-1");
const happening = { seq: 2, episode: "mine" };

/** One row at least in every table of the first release, as that release wrote them. */
const rowsOf = async (): Promise<Readonly<Record<string, readonly object[]>>> => {
  const told = gateway.message(happening);
  const notice = told.data;
  const common = { gateway: "gw-1", detector: "kitchen" };
  return {
    counters: [
      { name: "stream", value: 7 },
      { name: "case", value: 1 },
    ],
    gateways: [
      {
        id: "gw-1",
        heard_at_ms: 1_000,
        link: "up",
        drill: 0,
        pending: 0,
        boot: "boot-1",
        boot_mono_ms: 5,
        faults: "[]",
        rules: null,
      },
    ],
    detectors: [
      {
        ...common,
        state: "alarm",
        status: JSON.stringify({
          detector: "kitchen",
          state: "alarm",
          heardAtMs: 1,
          levels: [],
          position: { line: "mqtt", place: "kitchen" },
        }),
      },
    ],
    records: [
      {
        source: told.source,
        id: told.id,
        gateway: "gw-1",
        journal: "journal-1",
        seq: 2,
        lane: "alarm",
        episode: "mine",
        durable: 1,
        late: 0,
        body: JSON.stringify(told),
        received_at_ms: 2_000,
      },
    ],
    // Number 1 has never come.
    completeness: [{ gateway: "gw-1", journal: "journal-1", received: "[[2,2]]", recorded: 2 }],
    refusals: [
      {
        id: "r",
        gateway: "gw-1",
        reason_zh: "不认识",
        reason_en: "unknown",
        topic: "t",
        body: "{",
        times: 3,
        received_at_ms: 1_795_000_000_000,
      },
    ],
    alarms: [
      {
        ...common,
        episode: "mine",
        gateway_episode: "mine",
        condition: "active",
        alarm_class: "co",
        priority: 1,
        on_desk: 1,
        first_at_ms: 1_000,
        last_at_ms: 1_000,
        received_at_ms: 2_000,
        late: 0,
        durable: 1,
        memory: JSON.stringify({ first: { at: notice.event.at, late: false }, undurable: [] }),
        notice: JSON.stringify(notice),
      },
    ],
    cases: [
      {
        id: "AJ-000001",
        episode: "mine",
        state: "reported",
        version: 1,
        accepted_by: null,
        accepted_at_ms: null,
      },
    ],
    stream_events: [{ position: 7, kind: "alarm", ref: "mine" }],
    idempotency: [
      { actor: "li", key: "k", request: "r", outcome: "{}", created_at_ms: 1_795_000_000_000 },
    ],
    users: [
      {
        name: "admin",
        password_hash: await hashPassword(password),
        must_change_password: 0,
        created_at_ms: 1_000,
      },
    ],
    sessions: [
      {
        token_hash: "h",
        user_name: "admin",
        source: "",
        created_at_ms: 1_000,
        seen_at_ms: 1_000,
        revoked: 0,
      },
    ],
    audit: [
      {
        id: "a",
        at_ms: 1_000,
        actor: "admin",
        action: "sign",
        subject: "AJ-000001",
        source: "",
        detail: "{}",
      },
    ],
    actions: [
      {
        ...common,
        id: "x",
        rule: "co",
        gateway_episode: "mine",
        at_ms: 1_500,
        action: JSON.stringify({
          id: "x",
          kind: "acknowledged",
          detector: "kitchen",
          rule: "co",
          by: "王强",
          reason: "看过",
          at: notice.event.at,
        }),
      },
    ],
    street_events: [
      {
        gateway: "gw-1",
        id: "s",
        topic: "storm",
        group_name: "building:2",
        notice: JSON.stringify(streetNotice("gw-1", { kind: "storm-begun", atMs: 1 })),
      },
    ],
  };
};

/** The upgrade a street makes that has run since the first release. */
export const firstReleaseContract = (database: string, newDatabase: NewDatabase): void => {
  test(`a database of the first release on ${database}, rows in every table, upgrades and goes on`, async () => {
    const made = await newDatabase();
    const old = new Kysely<any>({ dialect: openDialect(made.options) }); // oxlint-disable-line typescript/no-explicit-any -- tables that are no more
    const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
    const { error } = await new Migrator({ db: old, provider }).migrateTo("0002-actions-street");
    expect(error).toBeUndefined();
    const rows = await rowsOf();
    for (const [table, values] of Object.entries(rows)) {
      await old
        .insertInto(table)
        .values([...values])
        .execute();
    }
    const tables = (await old.introspection.getTables()).map(({ name }) => name);
    expect(Object.keys(rows).sort()).toEqual(tables.sort());
    await old.destroy();

    const opened = await openDesk({ newDatabase: () => Promise.resolve(made) });
    onTestFinished(opened.close);
    // Nothing has gone.
    for (const [table, values] of Object.entries(rows)) {
      const counted = await sql<{
        count: number;
      }>`select count(*) as count from ${sql.table(table)}`.execute(opened.store.db);
      expect([table, counted.rows[0]?.count]).toEqual([
        table,
        expect.toSatisfy((n) => n >= values.length),
      ]);
    }
    expect(await verifyAudit(opened.store.db)).toMatchObject({ ok: true });

    // The old password opens it, the alarm is signed for, and its case is there to be worked on.
    const cookie = await opened.login(password);
    const [alarm] = (await opened.desk()).alarms;
    if (alarm === undefined) throw new Error("the alarm is gone");
    expect(alarm).toMatchObject({
      episode: "mine",
      case: { id: "AJ-000001", state: "reported" },
      actions: [{ kind: "acknowledged", by: "王强" }],
    });
    expect((await opened.sign(alarm, cookie)).status).toBe(200);
    const answer = await opened.get("/api/v1/cases/AJ-000001", cookie);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ case: { state: "accepted", signedBy: "admin" } });

    // The gateway is asked for what was missing then; what it sends again is known.
    await opened.take(gateway.alarm(happening));
    expect(opened.lastReceipt()).toMatchObject({ upTo: 2, holes: [[1, 1]] });
    await opened.take(gateway.alarm({ seq: 1, episode: "first" }));
    expect(opened.lastReceipt()).toMatchObject({ upTo: 2, holes: [] });
    expect(await opened.countRows("records")).toBe(2);
  });
};
