/** The gateway's own board over a story's gateway: real routes, no socket, people with PINs. */
import { Registry } from "prom-client";
import type { PersonSite } from "#platform/site-file/people-schema.ts";
import { createToken, hashToken } from "#platform/device-credentials.ts";
import { boardAlarms } from "#gateway/http/alarms.ts";
import { boardEnded, boardHolds } from "#gateway/http/holds.ts";
import { createGatewayApp } from "#gateway/http/server.ts";
import type { GatewayStatus } from "#gateway/http/status.ts";
import { createPeople } from "#gateway/people/people.ts";
import { hashPin } from "#gateway/people/pin.ts";
import { createVisits } from "#gateway/people/visits.ts";
import { exampleSite, openGateway } from "./open-gateway.ts";

export const pins = { wang: "739105", li: "284617" };
const token = createToken();
export const badge = `zhao.${token}`;

const people = async (): Promise<readonly PersonSite[]> => [
  { id: "wang", name: "王强", pinHash: await hashPin(pins.wang), may: ["acknowledge", "hush"] },
  { id: "li", name: "李敏", pinHash: await hashPin(pins.li), may: ["acknowledge"] },
  { id: "zhao", name: "赵军", badgeHash: hashToken(token), may: ["acknowledge", "hush"] },
];

/** A person with a badge and just these rights; the badge is shown as it is returned here. */
export const badged = (
  id: string,
  name: string,
  may: PersonSite["may"],
): { readonly person: PersonSite; readonly badge: string } => {
  const code = createToken();
  return { person: { id, name, badgeHash: hashToken(code), may }, badge: `${id}.${code}` };
};

export const openBoard = async (more: readonly PersonSite[] = []) => {
  const site = exampleSite();
  const street = await openGateway(site);
  const { clock, timers } = street.time;
  const faults = new Map<string, { zh: string; en: string }>();
  const status = (): GatewayStatus => ({
    gateway: site.gateway.id,
    street: site.street.name,
    community: site.gateway.community,
    drill: false,
    rules: { set: "cn-2019", hash: "-" },
    start: { processMs: 0, machineMs: 0 },
    nowMs: clock.now().wallMs,
    link: { state: "lost", unconfirmed: 0 },
    telemetry: {
      budgetBytes: 1,
      usedBytes: 0,
      usedShare: 0,
      text: { zh: "<b>空</b>", en: "<i>empty</i>" },
      backlog: { readings: 0, blocks: 0 },
      unwritten: 0,
      losses: [],
      lostReadings: {},
      writtenBytes: 0,
    },
    unwritten: 0,
    alarms: boardAlarms(street.points().byId.values(), clock.now()),
    holds: boardHolds(street.points().byId.values(), clock.now()),
    endedHolds: boardEnded(street.points().byId, street.endedHolds().all()),
    detectors: street.board(),
    buzzers: [],
    valves: [],
    fans: [],
    faults: [...faults].map(([key, { zh, en }]) => ({ key, zh, en })),
    counts: {},
  });
  const app = createGatewayApp({
    status,
    metrics: new Registry(),
    clock,
    timers,
    points: {
      get byId() {
        return street.points().byId;
      },
    },
    endedHolds: {
      all: () => street.endedHolds().all(),
      seen: (id) => street.endedHolds().seen(id),
    },
    pipeline: { command: (...given) => street.pipeline().command(...given) },
    visits: createVisits(clock),
    people: createPeople({
      people: [...(await people()), ...more],
      clock,
      reportFault: ({ key, present, text }) => {
        if (present) faults.set(key, text);
        else faults.delete(key);
      },
    }),
  });

  /** A browser at one address; it keeps its cookie. */
  const browserAt = (address: string) => {
    let cookie = "";
    const ask = async (
      method: "GET" | "POST" | "DELETE",
      url: string,
      body?: object,
      headers: Record<string, string> = { "x-canary-board": "1" },
    ) => {
      const answer = await app.inject({
        method,
        url,
        remoteAddress: address,
        headers: { ...headers, ...(cookie !== "" && { cookie }) },
        ...(body && { payload: body }),
      });
      const set = answer.headers["set-cookie"];
      if (typeof set === "string") cookie = set.split(";", 1)[0] ?? "";
      return answer;
    };
    const name = (episode: string): string => encodeURIComponent(episode);
    return {
      ask,
      page: async (url = "/"): Promise<string> => (await ask("GET", url)).body,
      status: async (): Promise<GatewayStatus> => (await ask("GET", "/api/v1/status")).json(),
      showPin: (person: string, pin: string) => ask("POST", "/api/v1/session", { person, pin }),
      showBadge: (code: string) => ask("POST", "/api/v1/session", { badge: code }),
      leave: () => ask("DELETE", "/api/v1/session"),
      sign: (episode: string) => ask("POST", `/api/v1/alarms/${name(episode)}/acknowledge`, {}),
      reset: (episode: string, reason = "已到场查看,灶具已关") =>
        ask("POST", `/api/v1/alarms/${name(episode)}/reset`, { reason }),
      /** What is done to a detector: `shelve`, `unshelve`, `take-out-of-service`, `return-to-service`. */
      hold: (detector: string, deed: string, body: object = {}) =>
        ask("POST", `/api/v1/detectors/${name(detector)}/${deed}`, body),
      seen: (id: string) => ask("POST", `/api/v1/ended-holds/${name(id)}/seen`, {}),
      hush: (episode: string, change: object = {}) =>
        ask("POST", `/api/v1/alarms/${name(episode)}/hush`, {
          minutes: 5,
          reason: "已开窗",
          onSite: true,
          ...change,
        }),
    };
  };

  return { street, app, faults, browserAt, close: () => app.close() };
};
