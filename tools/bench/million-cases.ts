/** A center's database after years: cases with alarms and timelines, written by the database itself. */
import { sql } from "kysely";
import { createFakeGateway } from "#center/fake-gateway.testing.ts";
import type { Store } from "#center/store/open-store.ts";

export interface Filled {
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

const yearMs = 365 * 86_400_000;
const homes = 10_000;
/** Cases that are still being worked on: the newest. */
const openCases = 200;

/**
 * `cases` of one year, evenly, in nine communities of ten grids, each with one alarm and a
 * timeline of eight entries; all but the newest closed.
 */
export const fillCases = async (
  store: Store,
  cases: number,
  say: (text: string) => void,
): Promise<Filled> => {
  const lastAtMs = 1_795_000_000_000;
  const firstAtMs = lastAtMs - yearMs;
  // One connection, whose haste ends with the filling: what is measured runs as it does at work.
  await store.db.connection().execute(async (db) => {
    const ask: Ask = (text) => sql.raw(text).execute(db);
    const haste = hasteOf[store.kind];
    for (const words of haste.begin) await ask(words);
    await fill(ask, { cases, firstAtMs, say });
    for (const words of haste.end) await ask(words);
  });
  return { firstAtMs, lastAtMs };
};

type Ask = (text: string) => Promise<unknown>;

/** Nothing is waited for, and no row is looked up that has just been written. */
const hasteOf = {
  sqlite: {
    begin: ["pragma synchronous = off", "pragma foreign_keys = off"],
    // No `analyze`: at work nobody asks SQLite to count its rows either.
    end: [
      "pragma wal_checkpoint(truncate)",
      "pragma foreign_keys = on",
      "pragma synchronous = full",
    ],
  },
  postgres: {
    begin: ["set synchronous_commit = off", "set session_replication_role = replica"],
    end: ["vacuum analyze", "reset session_replication_role", "reset synchronous_commit"],
  },
} as const;

const fill = async (
  ask: Ask,
  { cases, firstAtMs, say }: { cases: number; firstAtMs: number; say: (text: string) => void },
): Promise<void> => {
  await ask(
    `insert into areas (id, kind, parent, path, name_zh, name_en)
      select 'c' || i, 'community', null, '/pidu/anjing/c' || i || '/', 'c' || i, 'c' || i
      from (${numbers(9)}) n`,
  );
  const step = 100_000;
  for (let from = 0; from < cases; from += step) {
    for (const insert of inserts(firstAtMs, cases)) {
      await ask(`${insert} from (${numbers(Math.min(cases, from + step), from + 1)}) n`);
    }
    say(`${Math.min(cases, from + step)} of ${cases} cases written`);
  }
};

/** Whole numbers up to `last`, as `i`; the same words for both databases. */
const numbers = (last: number, first = 1): string =>
  `with recursive c(i) as (select ${first} union all select i + 1 from c where i < ${last})
  select i from c`;

const inserts = (firstAtMs: number, cases: number): readonly string[] => {
  const everyMs = Math.floor(yearMs / cases);
  const atMs = `(${firstAtMs} + i * cast(${everyMs} as bigint))`;
  const id = "('AJ-' || i)";
  const isOpen = `(case when i > ${cases - openCases} then 1 else 0 end)`;
  // A home has one detector, one gateway and one area.
  const home = `(i % ${homes})`;
  const area = `('/pidu/anjing/c' || (1 + ${home} % 9) || '/g' || (${home} % 10) || '/')`;
  // A thing in ten hangs in a stairwell and not in a home, where it belongs to nobody's household.
  const household = `(case when ${home} % 10 = 9 then null else 'h-' || ${home} end)`;
  const priority = "(case when i % 20 = 0 then 1 when i % 7 = 0 then 2 else 3 end)";
  const signed = `(${atMs} + 1000 * (i % 90))`;
  const notice = JSON.stringify(createFakeGateway("gw-1").message({}).data).replaceAll("'", "''");
  return [
    `insert into alarms (episode, gateway, gateway_episode, detector, condition, alarm_class,
        priority, on_desk, first_at_ms, last_at_ms, received_at_ms, late, durable, memory, notice,
        area_path)
      select 'ep-' || i, 'gw-' || (${home} % 9), 'ep-' || i, 'd-' || ${home},
        case when i % 5000 = 0 or ${isOpen} = 1 then 'active' else 'returned' end,
        case when i % 20 = 0 then 'co' else 'fault' end, ${priority},
        case when i % 5000 = 0 or ${isOpen} = 1 then 1 else 0 end, ${atMs} - 200,
        ${atMs} + case when i % 1000 = 1 then 90000000 else 60000 end,
        ${atMs}, 0, 1, '{"first":{},"undurable":[],"rang":true}', '${notice}', ${area}`,
    `insert into cases (id, episode, kind, source, state, version, priority, peak_priority, level,
        is_open, drill, test, home, household, family, place, area_path, conclusion, handler,
        signed_by, signed_at_ms, pending_upper, extended, casualty, plan, created_at_ms, entered_at_ms,
        round_at_ms, touched_at_ms)
      select ${id}, 'ep-' || i, case when i % 20 = 0 then 'co' else 'fault' end, 'gateway',
        case when ${isOpen} = 1 then 'accepted' else 'archived' end, 7, ${priority}, ${priority},
        'community', ${isOpen}, case when i % 200 = 0 then 1 else 0 end, 0,
        'household:' || ${home}, ${household}, 'fault', '喜安社区2栋1单元603', ${area},
        'C' || (1 + i % 12), 'wang', 'li', ${signed}, 0, 0, 0, ${priority}, ${atMs},
        ${atMs} + 9000000, ${atMs}, ${atMs} + 9000000`,
    `insert into case_alarms (episode, own_case, case_id, joined_at_ms, version, rings, signed_by,
        signed_at_ms)
      select 'ep-' || i, ${id}, ${id}, ${atMs}, 2, 1, 'li', ${signed}`,
    ...timeline.map(
      ([action, afterMs], nth) =>
        `insert into case_events (id, case_id, at_ms, actor, action, step, channel, detail)
          select i * 8 + ${nth}, ${id}, ${atMs} + ${afterMs} + i % 977, 'li', '${action}', 'T00',
            'console', '{"priority":3,"level":"community"}'`,
    ),
  ];
};

const timeline = [
  ["create", 0],
  ["alarm", 0],
  ["accept", 20_000],
  ["dispatch", 60_000],
  ["arrive", 600_000],
  ["submit", 3_000_000],
  ["review_pass", 4_000_000],
  ["close", 9_000_000],
] as const;
