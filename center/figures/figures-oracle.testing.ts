/**
 * Every figure once more, in SQL alone: window functions rank, the databases' own calendars name
 * the days. Shares no code with `center/figures/`.
 */
import { sql } from "kysely";
import type { Store } from "../store/open-store.ts";

export interface OracleWish {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly nowMs: number;
  /** The area that is asked for, within what the asker may see. */
  readonly area: string;
}

type Row = Readonly<Record<string, string | number | null>>;

/** Figures by slice and key: `oracle("byDay")` has a row for each day that has something. */
export const askOracle = (store: Store, wish: OracleWish) => {
  const ask = async (text: string): Promise<readonly Row[]> =>
    (await sql.raw<Row>(text).execute(store.db)).rows;
  const texts = textsFor(wish);
  const totalSpread = async (pop: string, ms: string) => {
    const [row] = await ask(
      `with pop as (${pop}), keyed as (select 'all' as slice, pop.* from pop) ${ranked(ms)}`,
    );
    return spreadOf(row ?? {});
  };
  return {
    slice: (name: SliceName, key: string) => askResponse(store, wish, { name, key, ask }),
    ...loadQueries(wish, ask),
    drill: (which: keyof typeof drillSpans) =>
      totalSpread(which === "sign" ? texts.drillSignatures : texts.drills, drillSpans[which]),
  };
};

type Ask = (text: string) => Promise<readonly Row[]>;
type SliceName = "total" | "byDay" | "byArea" | "byPriority" | "bySource";

/** One slice's figures about people. */
const askResponse = async (
  store: Store,
  wish: OracleWish,
  { name, key, ask }: { readonly name: SliceName; readonly key: string; readonly ask: Ask },
) => {
  const texts = textsFor(wish);
  const keyed = slicing(store, wish)[name];
  const cases = `with pop as (${texts.cases}), keyed as (${keyed})`;
  const owed = `with pop as (${texts.signatures}), keyed as (${keyed})`;
  const of = async (text: string): Promise<Row> =>
    (await ask(text)).find((row) => String(row["slice"]) === key) ?? {};
  const numbers = await of(`${cases} select slice, ${caseCounts} from keyed group by slice`);
  const signed = await of(`${owed} select slice, ${signCounts(wish)} from keyed group by slice`);
  const spread = async (head: string, ms: string) => spreadOf(await of(`${head} ${ranked(ms)}`));
  const inTime = count(signed, "in_time");
  const decided = inTime + count(signed, "too_late");
  return {
    cases: count(numbers, "cases"),
    open: count(numbers, "open_cases"),
    voided: count(numbers, "voided"),
    sign: {
      ...(await spread(owed, "signed_at_ms - at_ms")),
      unsigned: count(signed, "unsigned"),
      estimated: count(signed, "estimated"),
    },
    signInTime: {
      n: decided,
      inTime,
      pending: count(signed, "pending"),
      share: share(inTime, decided),
    },
    dispatch: await spread(cases, spans.dispatch),
    arrive: await spread(cases, spans.arrive),
    handle: await spread(cases, spans.handle),
    close: await spread(cases, spans.close),
    conclusions: conclusionsOf(numbers),
    recurrence: {
      n: count(numbers, "begun_by_alarm"),
      recurring: count(numbers, "recurring"),
      share: share(count(numbers, "recurring"), count(numbers, "begun_by_alarm")),
    },
  };
};

const count = (row: Row, name: string) => Number(row[name] ?? 0);
const share = (part: number, n: number) => (n === 0 ? null : part / n);

const conclusionsOf = (numbers: Row) => {
  const n = count(numbers, "concluded");
  const verdict = (name: string) => ({
    count: count(numbers, name),
    share: share(count(numbers, name), n),
  });
  return {
    n,
    byCode: Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => `C${index + 1}`)
        .map((code) => [code, count(numbers, code.toLowerCase())] as const)
        .filter(([, times]) => times > 0),
    ),
    true: verdict("truly"),
    false: verdict("falsely"),
    other: verdict("otherwise"),
    unknown: verdict("unknown"),
  };
};

/** Rows of `pop` under the slices they are in. */
const slicing = (store: Store, { area }: OracleWish) => {
  const day =
    store.kind === "sqlite"
      ? `date(p.at_ms / 1000, 'unixepoch', '+8 hours')`
      : `to_char(to_timestamp(p.at_ms / 1000) at time zone 'Asia/Shanghai', 'YYYY-MM-DD')`;
  return {
    total: `select 'all' as slice, p.* from pop p`,
    byDay: `select ${day} as slice, p.* from pop p`,
    byPriority: `select cast(p.priority as text) as slice, p.* from pop p`,
    bySource: `select p.source as slice, p.* from pop p`,
    byArea: `select a.path as slice, p.* from pop p
      join (select '/' as path union all select path from areas) a on p.area_path like a.path || '%'
      where a.path like '${area}%'`,
  } as const;
};

/** What does not come in slices. */
const loadQueries = (wish: OracleWish, ask: Ask) => {
  const texts = textsFor(wish);
  return {
    load: () =>
      ask(`with shown as (${texts.alarms} and rings = 1 and drill = 0),
        seated as (select coalesce((select path from areas where kind = 'community'
          and s.area_path like path || '%'), s.area_path) as desk,
          (at_ms - ${wish.fromMs}) / 600000 as nth from shown s),
        counted as (select desk, nth, count(*) as alarms from seated group by desk, nth)
        select desk, cast(sum(alarms) as integer) as alarms, cast(max(alarms) as integer) as peak,
          cast(count(case when alarms > 10 then 1 end) as integer) as floods
        from counted group by desk`),
    noisiest: () =>
      ask(`with shown as (${texts.alarms} and rings = 1 and drill = 0)
        select gateway, detector, cast(count(*) as integer) as alarms,
          cast((select count(*) from shown) as integer) as n
        from shown group by gateway, detector
        order by count(*) desc, gateway, detector limit 10`),
    flapping: () =>
      ask(`with shown as (${texts.alarms} and drill = 0),
        bursts as (select x.gateway, x.detector, x.alarm_class, count(*) as most
          from shown x join shown y on y.gateway = x.gateway and y.detector = x.detector
            and y.alarm_class = x.alarm_class and y.first_at_ms >= x.first_at_ms
            and y.first_at_ms < x.first_at_ms + 600000
          group by x.gateway, x.detector, x.alarm_class, x.episode)
        select gateway, detector, alarm_class, cast(max(most) as integer) as most
        from bursts group by gateway, detector, alarm_class having max(most) >= 3
        order by max(most) desc, gateway, detector, alarm_class`),
    standing: () =>
      ask(`with life as (select m.*, case when m.condition = 'active' then 9e15
            else m.last_at_ms end as end_ms from (${texts.allAlarms}) m where m.drill = 0)
        select episode from life
        where end_ms - first_at_ms > 86400000 and end_ms > ${wish.fromMs}
          and first_at_ms + 86400000 < ${Math.min(wish.nowMs, wish.untilMs)} order by episode`),
  };
};

const textsFor = ({ fromMs, untilMs, area }: OracleWish) => {
  const within = (time: string) => `${time} >= ${fromMs} and ${time} < ${untilMs}`;
  const cases = `select c.id, c.created_at_ms as at_ms, c.area_path, c.peak_priority as priority,
      c.source, c.state, c.is_open, c.conclusion, c.episode, c.recurrence_of, c.signed_at_ms,
      0 as signed_estimated
    from cases c where ${within("c.created_at_ms")} and c.merged_into is null
      and c.test = 0 and c.kind <> 'test' and c.area_path like '${area}%'`;
  const allAlarms = `select a.*, a.received_at_ms as at_ms, m.rings, m.signed_at_ms, m.signed_estimated, o.drill,
      'gateway' as source
    from alarms a, case_alarms m, cases o where m.episode = a.episode and o.id = m.own_case
      and o.test = 0 and a.alarm_class <> 'test' and a.area_path like '${area}%'`;
  const alarms = `select * from (${allAlarms}) s where ${within("at_ms")}`;
  const columns = "at_ms, area_path, priority, source, signed_at_ms, signed_estimated";
  const signatures = (drill: 0 | 1) =>
    `select ${columns} from (${alarms}) t where rings = 1 and drill = ${drill}
    union all select ${columns} from (${cases} and c.drill = ${drill}) r
      where episode is null and state <> 'voided'`;
  return {
    cases: `${cases} and c.drill = 0`,
    drills: `${cases} and c.drill = 1 and c.state <> 'voided'`,
    alarms,
    allAlarms,
    signatures: signatures(0),
    drillSignatures: signatures(1),
  };
};

const countIf = (condition: string, name: string) =>
  `cast(count(case when ${condition} then 1 end) as integer) as ${name}`;

const isConcluded = `state in ('handled', 'verifying', 'closed', 'archived')`;
const caseCounts = [
  countIf("state <> 'voided'", "cases"),
  countIf("state <> 'voided' and is_open = 1", "open_cases"),
  countIf("state = 'voided'", "voided"),
  countIf("state <> 'voided' and episode is not null", "begun_by_alarm"),
  countIf("state <> 'voided' and episode is not null and recurrence_of is not null", "recurring"),
  countIf(`${isConcluded} and conclusion is not null`, "concluded"),
  countIf(`${isConcluded} and conclusion in ('C1', 'C2', 'C11')`, "truly"),
  countIf(`${isConcluded} and conclusion in ('C3','C4','C5','C6','C7','C8')`, "falsely"),
  countIf(`${isConcluded} and conclusion in ('C9', 'C10')`, "otherwise"),
  countIf(`${isConcluded} and conclusion = 'C12'`, "unknown"),
  ...Array.from({ length: 12 }, (_, index) =>
    countIf(`${isConcluded} and conclusion = 'C${index + 1}'`, `c${index + 1}`),
  ),
].join(", ");

const signCounts = ({ nowMs }: OracleWish) =>
  [
    countIf("signed_at_ms is null", "unsigned"),
    countIf("signed_estimated = 1", "estimated"),
    countIf("priority = 1 and signed_at_ms - at_ms <= 60000", "in_time"),
    countIf(
      `priority = 1 and (signed_at_ms - at_ms > 60000
        or (signed_at_ms is null and ${nowMs} - at_ms > 60000))`,
      "too_late",
    ),
    countIf(`priority = 1 and signed_at_ms is null and ${nowMs} - at_ms <= 60000`, "pending"),
  ].join(", ");

const since = (which: "min" | "max", actions: string) =>
  `(select ${which}(e.at_ms) from case_events e
    where e.case_id = keyed.id and e.action in (${actions}) and keyed.state <> 'voided') - at_ms`;

const spans = {
  dispatch: since("min", "'dispatch', 'auto_dispatch'"),
  arrive: since("min", "'arrive'"),
  handle: `case when state in ('handled', 'verifying', 'closed', 'archived')
    then ${since("max", "'submit', 'remote_handle', 'self_handle'")} end`,
  close: `case when state in ('closed', 'archived') then ${since("max", "'close'")} end`,
} as const;
const drillSpans = { ...spans, sign: "signed_at_ms - at_ms" } as const;

/** Nearest rank: the first value whose rank is at least the percentage of all. */
const ranked = (ms: string) => `,
  spans as (select slice, ${ms} as ms from keyed),
  ranks as (select slice, ms, row_number() over (partition by slice order by ms) as nth,
    count(*) over (partition by slice) as n from spans where ms is not null)
  select slice, max(n) as n, min(case when nth * 100 >= 50 * n then ms end) as p50,
    min(case when nth * 100 >= 90 * n then ms end) as p90, max(ms) as longest
  from ranks group by slice`;

const spreadOf = (row: Row) => ({
  n: Number(row["n"] ?? 0),
  p50Ms: row["p50"] ?? null,
  p90Ms: row["p90"] ?? null,
  maxMs: row["longest"] ?? null,
});
