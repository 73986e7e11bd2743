/** Some hundred cases with their alarms and timelines, made from one seed, full of borders and ties. */
import * as fc from "fast-check";
import { caseSources, caseStates, openStates } from "#domain/case.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { inChunks } from "../store/chunks.ts";
import type { CaseAlarmRow, CaseEventRow, CaseRow } from "../store/case-tables.ts";
import type { Store } from "../store/open-store.ts";
import type { AlarmRow } from "../store/tables.ts";
import { dayMs } from "./local-days.ts";

const areas = [
  ["pidu", "district", null, "/pidu/"],
  ["anjing", "street", "pidu", "/pidu/anjing/"],
  ["xian", "community", "anjing", "/pidu/anjing/xian/"],
  ["g1", "grid", "xian", "/pidu/anjing/xian/g1/"],
  ["g2", "grid", "xian", "/pidu/anjing/xian/g2/"],
  ["west", "community", "anjing", "/pidu/anjing/west/"],
  ["quiet", "community", "anjing", "/pidu/anjing/quiet/"],
  ["other", "street", "pidu", "/pidu/other/"],
] as const;
const paths = ["/", ...areas.map(([, , , path]) => path)].filter((path) => !/quiet/.test(path));

/** Few different times: ties everywhere, and the 60 s of the timely signature from both sides. */
const spanMs = fc.oneof(
  fc.constantFrom(0, 1, 30_000, 59_999, 60_000, 60_001, 120_000),
  fc.integer({ min: 0, max: 4 * 3_600_000 }),
);
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>, freq = 3) =>
  fc.option(arbitrary, { nil: null, freq });
const oneIn = (times: number) => fc.integer({ min: 1, max: times }).map((value) => value === 1);

const alarmArbitrary = fc.record({
  shownAfterMs: spanMs,
  signAfterMs: maybe(spanMs),
  rings: oneIn(5).map((not) => !not),
  detector: fc.integer({ min: 10, max: 39 }),
  gateway: fc.constantFrom("gw-1", "gw-2"),
  alarmClass: fc.constantFrom("co", "gas", "fault", "silence", "test"),
  priority: fc.constantFrom(1, 1, 2, 3, 4),
  happenedBeforeMs: fc.oneof(
    fc.integer({ min: 0, max: 60_000 }),
    fc.constantFrom(0, 600_000, dayMs, 5 * dayMs),
  ),
  lastsMs: fc.oneof(
    fc.integer({ min: 0, max: 3_600_000 }),
    fc.constantFrom(dayMs - 1, dayMs, dayMs + 1, 2 * dayMs, 9 * dayMs),
  ),
  active: oneIn(6),
});

const caseArbitrary = (fromMs: number, days: number) =>
  fc.record({
    createdAtMs: fc.oneof(
      fc.integer({ min: fromMs - dayMs, max: fromMs + (days + 1) * dayMs }),
      fc
        .tuple(fc.integer({ min: 0, max: days }), fc.constantFrom(-1, 0, 1))
        .map(([day, offMs]) => fromMs + day * dayMs + offMs),
    ),
    area: fc.constantFrom(...paths),
    kind: fc.constantFrom("co", "gas", "fault", "smell", "test"),
    source: fc.oneof(fc.constant("gateway" as const), fc.constantFrom(...caseSources)),
    state: fc.constantFrom(...caseStates, "closed" as const, "closed" as const),
    priority: fc.constantFrom(1, 2, 3, 4),
    drill: oneIn(8),
    test: oneIn(12),
    followsTarget: oneIn(4),
    recurs: oneIn(5),
    conclusion: maybe(fc.integer({ min: 1, max: 12 })),
    signAfterMs: maybe(spanMs),
    dispatchAfterMs: fc.array(spanMs, { maxLength: 2 }),
    arriveAfterMs: fc.array(spanMs, { maxLength: 2 }),
    handleAfterMs: fc.array(spanMs, { maxLength: 3 }),
    closeAfterMs: fc.array(spanMs, { maxLength: 2 }),
    alarms: fc.array(alarmArbitrary, { minLength: 1, maxLength: 4 }),
  });

type MadeCase = ReturnType<typeof caseArbitrary> extends fc.Arbitrary<infer Value> ? Value : never;

/** A day on which one desk drowns: 50 alarms of one detector: 20, 20 and 10 in 10 minutes. */
const floodOf = (fromMs: number, sample: MadeCase): readonly MadeCase[] => {
  const [alarm] = sample.alarms;
  if (alarm === undefined) throw new Error("a case without an alarm");
  return Array.from({ length: 50 }, (_, index) => ({
    ...sample,
    createdAtMs: fromMs + 2 * dayMs + 9 * 3_600_000 + index * 30_000,
    area: "/pidu/anjing/xian/g2/",
    kind: "fault",
    source: "gateway" as const,
    drill: false,
    test: false,
    alarms: [
      {
        ...alarm,
        shownAfterMs: 0,
        rings: true,
        detector: 10,
        gateway: "gw-1",
        alarmClass: "fault",
        happenedBeforeMs: 0,
      },
    ],
  }));
};

/** Fills the store; the same seed makes the same street. */
export const plantFigures = async (
  store: Store,
  { fromMs, days, seed }: { fromMs: number; days: number; seed: number },
): Promise<void> => {
  const made = fc.sample(caseArbitrary(fromMs, days), { seed, numRuns: 500 });
  const [first] = made;
  if (first === undefined) throw new Error("no sample");
  const rows = rowsOf([...made, ...floodOf(fromMs, first)]);
  for (const [id, kind, parent, path] of areas) {
    await store.db
      .insertInto("areas")
      .values({ id, kind, parent, path, name_zh: id, name_en: id })
      .execute();
  }
  const { db } = store;
  for (const chunk of inChunks(rows.alarms)) {
    await db.insertInto("alarms").values(chunk).execute();
  }
  for (const chunk of inChunks(rows.cases)) await db.insertInto("cases").values(chunk).execute();
  for (const chunk of inChunks(rows.members)) {
    await db.insertInto("case_alarms").values(chunk).execute();
  }
  for (const chunk of inChunks(rows.events)) {
    await db.insertInto("case_events").values(chunk).execute();
  }
};

/** What others were merged into; their alarms are worked on there. */
const target = "AJ-000001";
const isMerged = ({ state, followsTarget }: MadeCase): boolean =>
  state === "merged" || (state === "archived" && followsTarget);

const rowsOf = (made: readonly MadeCase[]) => {
  const alarms: AlarmRow[] = [];
  const members: CaseAlarmRow[] = [];
  const events: CaseEventRow[] = [];
  const cases = made.map((one, index): CaseRow => {
    const id = `AJ-${String(index + 1).padStart(6, "0")}`;
    const joined = one.source === "gateway" ? one.alarms : one.alarms.slice(1, 2);
    for (const alarm of joined) {
      const row = alarmRow(alarm, one, `ep-${String(alarms.length).padStart(5, "0")}`);
      alarms.push(row);
      members.push({ ...memberRow(row, alarm, id), case_id: isMerged(one) ? target : id });
    }
    const steps = [
      ...[...one.dispatchAfterMs.entries()].map(
        ([nth, ms]) => [nth === 0 ? "dispatch" : "auto_dispatch", ms] as const,
      ),
      ...one.arriveAfterMs.map((ms) => ["arrive", ms] as const),
      ...[...one.handleAfterMs.entries()].map(
        ([nth, ms]) => [["submit", "remote_handle", "self_handle"][nth] ?? "", ms] as const,
      ),
      ...one.closeAfterMs.map((ms) => ["close", ms] as const),
      ["supervise", 7] as const,
    ];
    for (const [action, ms] of steps) {
      events.push(eventRow(events.length + 1, id, action, one.createdAtMs + ms));
    }
    const begun = one.source === "gateway" ? (alarms.at(-joined.length)?.episode ?? null) : null;
    return caseRowOf(one, id, begun);
  });
  return { alarms, cases, members, events };
};

const gateway = createFakeGateway("gw-1");

const alarmRow = (
  alarm: MadeCase["alarms"][number],
  { createdAtMs, area }: MadeCase,
  episode: string,
): AlarmRow => {
  const shownAtMs = createdAtMs + alarm.shownAfterMs;
  const firstAtMs = shownAtMs - alarm.happenedBeforeMs;
  return {
    episode,
    gateway: alarm.gateway,
    gateway_episode: episode,
    detector: `d-${alarm.detector}`,
    condition: alarm.active ? "active" : "returned",
    alarm_class: alarm.alarmClass,
    priority: alarm.priority,
    on_desk: Number(alarm.active || alarm.signAfterMs === null),
    first_at_ms: firstAtMs,
    last_at_ms: firstAtMs + (alarm.active ? 0 : alarm.lastsMs),
    received_at_ms: shownAtMs,
    late: 0,
    durable: 1,
    memory: "{}",
    notice: JSON.stringify(gateway.message({ episode }).data),
    area_path: area,
  };
};

const memberRow = (
  row: AlarmRow,
  { rings, signAfterMs }: MadeCase["alarms"][number],
  caseId: string,
): CaseAlarmRow => ({
  episode: row.episode,
  own_case: caseId,
  case_id: caseId,
  joined_at_ms: row.received_at_ms,
  version: 1,
  rings: Number(rings),
  signed_by: signAfterMs === null ? null : "li",
  signed_at_ms: signAfterMs === null ? null : row.received_at_ms + signAfterMs,
  signed_word_ms: null,
  // Some at boards whose clocks were wrong.
  signed_estimated: Number(signAfterMs !== null && signAfterMs % 5 === 0),
});

const eventRow = (id: number, caseId: string, action: string, atMs: number): CaseEventRow => ({
  id,
  case_id: caseId,
  at_ms: atMs,
  actor: "li",
  action,
  step: null,
  from_state: null,
  to_state: null,
  reason: null,
  channel: "console",
  detail: "{}",
});

const caseRowOf = (one: MadeCase, id: string, episode: string | null): CaseRow => {
  const open: readonly string[] = openStates;
  const { createdAtMs, priority, state } = one;
  return {
    id,
    episode,
    kind: one.kind,
    source: one.source,
    source_ref: null,
    report: null,
    gas: null,
    state,
    version: 1,
    priority: Math.min(4, priority + 1),
    peak_priority: priority,
    level: "community",
    is_open: Number(open.includes(state)),
    drill: Number(one.drill),
    test: Number(one.test),
    home: `home:${id}`,
    family: "danger",
    group_name: null,
    household: null,
    place: "喜安社区2栋",
    place_en: null,
    area_path: one.area,
    assignee: null,
    team: null,
    handler: null,
    conclusion: one.conclusion === null ? null : `C${one.conclusion}`,
    signed_by: null,
    signed_at_ms: one.signAfterMs === null ? null : createdAtMs + one.signAfterMs,
    pending_upper: 0,
    extended: 0,
    casualty: 0,
    merged_into: isMerged(one) ? target : null,
    recurrence_of: one.recurs ? target : null,
    plan: priority,
    created_at_ms: createdAtMs,
    entered_at_ms: createdAtMs,
    round_at_ms: createdAtMs,
    touched_at_ms: createdAtMs,
    unsigned_since_ms: null,
    upper_since_ms: null,
    suspended_until_ms: null,
    due_at_ms: null,
  };
};
