/**
 * One case for each gateway that is lost, or that has lost a good part of its detectors: silence is
 * not normal, and nobody in those homes is protected by the street while it lasts. However often the
 * link comes and goes, it is one case; it closes as the flow's table says, by people while it is P2.
 * See docs/decisions/0016-a-case-for-a-lost-gateway.md.
 */
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import { pathOfGateway } from "../rights/areas-of.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { Reading, Store, Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import { insertCases } from "./create-case.ts";
import { countHomes } from "./count-homes.ts";
import { caseKey, gatewayFamily } from "./home-key.ts";
import { makeUrgent } from "./join-cases.ts";
import { recentlyClosedAt } from "./open-cases.ts";
import { addEvents, eventsOf, parseDetail } from "./timeline.ts";

/** How it stands with a gateway: not heard, heard without many of its detectors, or well. */
type Condition = "lost" | "partly" | "well";

/**
 * So long a condition must last before it counts. A link is lost after 20 s already: a restart or a
 * short cut, both seen on the page, call nobody. Source: Canary; GB 50116 allows 100 s.
 */
const lastsMs: Readonly<Record<Condition, number>> = {
  lost: 40_000,
  partly: 40_000,
  well: 5 * 60_000,
};
/**
 * A link that comes and goes is lost all the same once it was down for more than half of the last
 * five minutes. Source: Canary.
 */
const flapping = { windowMs: 5 * 60_000, lostMs: 2.5 * 60_000 } as const;
/** Source: `people.md` §6.3. One detector that is silent has a case of its own. */
const partlyFrom = { share: 0.1, detectors: 2 } as const;

interface Seen {
  readonly gateway: string;
  readonly condition: Condition;
  readonly area: string;
  readonly drill: number;
}

/** To be called every few seconds; answers the gateways whose case began or changed. */
export const createGatewayWatch = (
  store: Store,
  clock: Clock,
): (() => Promise<readonly string[]>) => {
  const spellsOf = new Map<string, readonly Spell[]>();
  return async () => {
    const { monoMs, wallMs } = clock.now();
    const seen = await conditions(store.db);
    const lasting = seen.filter(({ gateway, condition }) => {
      const spells = goOn(spellsOf.get(gateway) ?? [], condition, monoMs);
      spellsOf.set(gateway, spells);
      return isLasting(spells, monoMs);
    });
    const news: Seen[] = [];
    for (const one of lasting) {
      const open = await openCaseOf(store.db, one.gateway);
      if ((await toldOf(store.db, open)) !== one.condition) news.push(one);
    }
    if (news.length === 0) return [];
    return store.write(async (tx) => {
      const changed: string[] = [];
      for (const one of news) if (await tell(tx, one, wallMs)) changed.push(one.gateway);
      return changed;
    });
  };
};

/** A condition from when it was first seen until the next began. */
interface Spell {
  readonly condition: Condition;
  readonly monoMs: number;
}

/** Those that reach into the last minutes, oldest first. */
const goOn = (before: readonly Spell[], condition: Condition, monoMs: number): readonly Spell[] => {
  const spells =
    before.at(-1)?.condition === condition ? before : [...before, { condition, monoMs }];
  const reaching = spells.findLastIndex((spell) => spell.monoMs <= monoMs - flapping.windowMs);
  return spells.slice(Math.max(reaching, 0));
};

const isLasting = (spells: readonly Spell[], nowMs: number): boolean => {
  const last = spells.at(-1);
  if (last === undefined) return false;
  if (nowMs - last.monoMs >= lastsMs[last.condition]) return true;
  const lostMs = spells.reduce((sum, { condition, monoMs }, index) => {
    if (condition !== "lost") return sum;
    const untilMs = spells[index + 1]?.monoMs ?? nowMs;
    return sum + untilMs - Math.max(monoMs, nowMs - flapping.windowMs);
  }, 0);
  return last.condition === "lost" && lostMs > flapping.lostMs;
};

/** Every gateway that has spoken and is in use. */
const conditions = async (db: Reading): Promise<readonly Seen[]> => {
  const gateways = await db
    .selectFrom("gateways")
    .leftJoin("gateway_areas", "gateway_areas.gateway", "gateways.id")
    .select(["gateways.id", "gateways.link", "gateways.drill"])
    .select(pathOfGateway("gateways.id").as("area"))
    .where("gateways.heard_at_ms", ">", 0)
    .where("gateway_areas.retired_at_ms", "is", null)
    .execute();
  const counts = await db
    .selectFrom("detectors")
    .select(["gateway", "state"])
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("state", "!=", "removed")
    .groupBy(["gateway", "state"])
    .execute();
  const byGateway = Map.groupBy(counts, ({ gateway }) => gateway);
  return gateways.map(({ id, link, drill, area }) => {
    const states = byGateway.get(id) ?? [];
    const all = states.reduce((sum, { count }) => sum + count, 0);
    const silent = states.find(({ state }) => state === "unknown")?.count ?? 0;
    const many = silent >= partlyFrom.detectors && silent >= all * partlyFrom.share;
    const condition = link !== "up" ? "lost" : many ? "partly" : "well";
    return { gateway: id, condition, area, drill } as const;
  });
};

const homeOf = (gateway: string): string => `gateway:${gateway}`;

const openCaseOf = (db: Reading, gateway: string): Promise<CaseRow | undefined> =>
  db
    .selectFrom("cases")
    .selectAll()
    .where("home", "=", homeOf(gateway))
    .where("family", "=", gatewayFamily)
    .where("is_open", "=", 1)
    .orderBy("created_at_ms")
    .executeTakeFirst();

/** What the case says so far; without an open one all is well. */
const toldOf = async (db: Reading, row: CaseRow | undefined): Promise<string> => {
  if (row === undefined) return "well";
  const last = (await eventsOf(db, row.id)).findLast(({ action }) => action.startsWith("alarm"));
  return last === undefined ? "well" : (parseDetail(last.detail).cause ?? "well");
};

/** Another center may have been first. */
const tell = async (tx: Writing, seen: Seen, wallMs: number): Promise<boolean> => {
  const nowMs = Math.floor(wallMs);
  const open = await openCaseOf(tx, seen.gateway);
  const told = await toldOf(tx, open);
  if (told === seen.condition) return false;
  const text = await textOf(tx, seen);
  const row = open ?? (await begin(tx, seen, text, nowMs));
  const isOver = seen.condition === "well";
  await addEvents(tx, [
    {
      caseId: row.id,
      atMs: nowMs,
      actor: "system",
      action: isOver ? "alarm_over" : open === undefined ? "alarm" : "alarm_again",
      channel: "center",
      text,
      detail: { cause: seen.condition },
    },
  ]);
  await noteChanges(tx, [{ kind: "case", ref: row.id }]);
  if (open === undefined || isOver) return true;
  await tx
    .updateTable("cases")
    .set({ place: text.zh, place_en: text.en })
    .where("id", "=", row.id)
    .execute();
  await makeUrgent(tx, row, {
    priorities: [2],
    plan: 2,
    cause: text,
    nowMs,
    owesSignature: row.signed_at_ms === null,
  });
  return true;
};

const begin = async (
  tx: Writing,
  { gateway, area, drill }: Seen,
  text: Bilingual,
  nowMs: number,
): Promise<CaseRow> => {
  const home = homeOf(gateway);
  const closed = await recentlyClosedAt(tx, [{ home, family: gatewayFamily }], nowMs);
  const [row] = await insertCases(
    tx,
    [
      {
        kind: "silence",
        source: "gateway",
        priority: 2,
        by: "system",
        channel: "center",
        area,
        home,
        family: gatewayFamily,
        place: text.zh,
        placeEn: text.en,
        drill: drill === 1,
        test: false,
        level: "community",
        plan: 2,
        episode: null,
        gas: null,
        sourceRef: null,
        report: null,
        household: null,
        recurrenceOf: closed.get(caseKey(home, gatewayFamily, drill === 1))?.id ?? null,
        dueAtMs: null,
      },
    ],
    nowMs,
  );
  if (row === undefined) throw new Error(`no case was written for gateway ${gateway}`);
  return row;
};

const textOf = async (tx: Writing, { gateway, condition }: Seen): Promise<Bilingual> => {
  const homes = await countHomes(tx, gateway, condition === "partly" ? "silent" : "all");
  switch (condition) {
    case "lost":
      return {
        zh: `网关 ${gateway} 失联,影响 ${homes} 户`,
        en: `gateway ${gateway} is lost, ${homes} homes`,
      };
    case "partly":
      return {
        zh: `网关 ${gateway} 下 ${homes} 户探测器失联`,
        en: `detectors of ${homes} homes at gateway ${gateway} are silent`,
      };
    case "well":
      return {
        zh: `网关 ${gateway} 已恢复,${homes} 户`,
        en: `gateway ${gateway} is back, ${homes} homes`,
      };
  }
};
