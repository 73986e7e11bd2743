/** A street with areas, desks and homes for stories about cases; time is moved by hand. */
import type { CaseAction } from "#domain/case-flow.ts";
import type { ActInput } from "#domain/case-input.ts";
import type { CaseDetail, CaseView } from "#domain/case-view.ts";
import type { Actor, Role } from "#domain/rights.ts";
import { createFakeGateway, type Happening } from "../fake-gateway.testing.ts";
import { openGround, type NewDatabase } from "../open-ground.testing.ts";
import { once } from "../store/once.ts";
import type { Store } from "../store/open-store.ts";
import { actOnCase, noteOnCase, type ActOutcome } from "./act-on-case.ts";
import { caseDetail } from "./case-detail.ts";
import { fireTimers } from "./fire-timers.ts";
import { casePage } from "./read-cases.ts";

export const grid = "/pidu/anjing/xian/g1/";
export const community = "/pidu/anjing/xian/";
export const street = "/pidu/anjing/";

const someone = (name: string, role: Role, area: string): Actor => ({
  name,
  grants: [{ role, area }],
});

export const people = {
  li: someone("li", "duty", community),
  zhao: someone("zhao", "duty", community),
  wang: someone("wang", "grid", grid),
  chen: someone("chen", "community_lead", community),
  sun: someone("sun", "street_duty", street),
  zhou: someone("zhou", "street_lead", street),
  wu: someone("wu", "district", "/pidu/"),
  far: someone("far", "duty", "/pidu/other/"),
} as const;
export type PersonName = keyof typeof people;

export const openCaseGround = async (newDatabase: NewDatabase) => {
  const ground = await openGround(newDatabase);
  const { store, time } = ground;
  const nowMs = (): number => time.clock.now().wallMs;
  await layOutStreet(store);
  const gateway = createFakeGateway("gw-1");
  let seq = 0;

  const cases = async (): Promise<readonly CaseView[]> =>
    (await casePage(store.db, people.wu, { filter: {}, limit: 200 })).items.toReversed();
  const detail = async (id: string, who: PersonName = "wu"): Promise<CaseDetail> => {
    const found = await caseDetail(store.db, id, people[who], nowMs());
    if (found === undefined) throw new Error(`no case ${id} for ${who}`);
    return found;
  };
  const only = async (): Promise<CaseView> => {
    const open = (await cases()).filter(({ state }) => state !== "merged");
    if (open.length !== 1 || open[0] === undefined) throw new Error(`${open.length} cases`);
    return open[0];
  };

  return {
    ...ground,
    gateway,
    nowMs,
    cases,
    detail,
    only,
    /** Something happens at a detector, now. */
    alarm: async (happening: Happening = {}): Promise<void> => {
      seq += 1;
      await ground.take(gateway.alarm({ atMs: seq, seq, ...happening }));
    },
    tellStreet: async (happening: Omit<Parameters<typeof gateway.street>[0], "atMs">) => {
      seq += 1;
      await ground.take(gateway.street({ ...happening, atMs: seq, seq }));
    },
    ...createHands(store, nowMs, { only, detail }),
    /** Time passes, second by second where clocks are due. */
    pass: async (durationMs: number, stepMs = 1_000): Promise<void> => {
      await drain(store, nowMs());
      for (let left = durationMs; left > 0; left -= stepMs) {
        time.advance(Math.min(stepMs, left));
        await drain(store, nowMs());
      }
    },
    /** Every center is down: time passes and nobody looks at a clock. */
    sleep: (durationMs: number): void => time.advance(durationMs),
    fire: () => drain(store, nowMs()),
    pages: () => store.db.selectFrom("pages").selectAll().orderBy("id").execute(),
  };
};

/** What people do. */
const createHands = (
  store: Store,
  nowMs: () => number,
  see: {
    readonly only: () => Promise<CaseView>;
    readonly detail: (id: string) => Promise<CaseDetail>;
  },
) => {
  let presses = 0;
  return {
    /** One person takes one step, with the version they see now unless another is given. */
    act: async (
      who: PersonName | Actor,
      action: CaseAction,
      input: ActInput = {},
      on: { readonly id?: string; readonly version?: number; readonly key?: string } = {},
    ): Promise<ActOutcome | undefined> => {
      presses += 1;
      const actor = typeof who === "string" ? people[who] : who;
      const seen = on.id === undefined ? await see.only() : (await see.detail(on.id)).case;
      const request = {
        caseId: seen.id,
        version: on.version ?? seen.version,
        actor,
        input,
        source: "127.0.0.1",
        nowMs: nowMs(),
      };
      return once(
        store,
        {
          actor: actor.name,
          key: on.key ?? `press-${presses}`,
          request: JSON.stringify([request.caseId, action, request.version, input]),
          nowMs: nowMs(),
        },
        (tx) => actOnCase(tx, action, request),
      );
    },
    /** Progress that is no step. */
    note: async (who: PersonName, input: ActInput): Promise<ActOutcome> => {
      const { id, version } = await see.only();
      const seen = { caseId: id, version, actor: people[who], source: "127.0.0.1" };
      return store.write((tx) => noteOnCase(tx, { ...seen, input, nowMs: nowMs() }));
    },
    photo: async (caseId: string): Promise<void> => {
      presses += 1;
      await store.db
        .insertInto("evidence")
        .values({
          id: `photo-${presses}`,
          case_id: caseId,
          sha256: "00",
          kind: "photo",
          bytes: 9,
          media_type: "image/jpeg",
          by_name: "wang",
          at_ms: nowMs(),
        })
        .execute();
    },
  };
};

export type CaseGround = Awaited<ReturnType<typeof openCaseGround>>;

const drain = async (store: Store, nowMs: number): Promise<void> => {
  while ((await fireTimers(store, nowMs)) > 0);
};

const layOutStreet = async (store: Store): Promise<void> => {
  const areas = [
    ["pidu", "district", null, "/pidu/"],
    ["anjing", "street", "pidu", street],
    ["xian", "community", "anjing", community],
    ["g1", "grid", "xian", grid],
  ] as const;
  for (const [id, kind, parent, path] of areas) {
    await store.db
      .insertInto("areas")
      .values({ id, kind, parent, path, name_zh: id, name_en: id })
      .execute();
  }
  await store.db.insertInto("gateway_areas").values({ gateway: "gw-1", area: "g1" }).execute();
  for (const { name, grants } of Object.values(people)) {
    await addAccount(store, name, grants);
  }
};

/** An account nobody logs in to. */
export const addAccount = async (
  { db }: Store,
  name: string,
  grants: Actor["grants"],
): Promise<void> => {
  await db
    .insertInto("users")
    .values({
      name,
      password_hash: "",
      must_change_password: 0,
      created_at_ms: 0,
      area: "/",
      disabled_at_ms: null,
      password_expires_at_ms: null,
    })
    .execute();
  for (const grant of grants) {
    await db
      .insertInto("grants")
      .values({ user_name: name, ...grant })
      .execute();
  }
};

/** Address of one home in the building of the stories. */
export const room = (number: string) => ({
  text: `喜安社区2栋1单元${number}`,
  community: "喜安",
  building: "2栋",
  riser: "1单元",
  room: number,
});
