/** One good request for each route of devices, imports, pages, evidence and the intake. */
import { randomUUID } from "node:crypto";
import {
  done,
  includes,
  named,
  of,
  type Ask,
  type RequestOf,
  type Thing,
} from "./matrix-ask.testing.ts";
import { registerRequests } from "./matrix-register.testing.ts";
import { places } from "./plant-register.testing.ts";
import { pageOf, uuidOf } from "./plant-things.testing.ts";

const reason = { reason: "居民来电要求" };
const first = { headers: { "if-match": '"1"' } };

const multipart = (content: Buffer, name: string): Pick<Ask, "form"> => ({
  form: Buffer.concat([
    Buffer.from(
      `--matrix\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`,
    ),
    content,
    Buffer.from("\r\n--matrix--\r\n"),
  ]),
});
/** Begins like a JPEG. */
export const photoForm = (name: string): Pick<Ask, "form"> =>
  multipart(
    Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(name.repeat(9))]),
    "scene.jpg",
  );
const homesForm = ({ name }: Thing): Pick<Ask, "form"> =>
  multipart(
    Buffer.from(`社区,楼栋,安装位置,网关,探测器\nxian,7栋,${name},gw-xian,${name}\n`),
    "homes.csv",
  );

const device = ({ name }: Thing) => ({ gateway: "gw-xian", detector: `new-${name}` });

const deviceRequests: Readonly<Record<string, RequestOf>> = {
  "GET /api/v1/register/points/:id/devices": {
    ask: of("GET", ({ name }) => `/register/points/${name}/devices`),
    outside: 404,
    shows: named,
  },
  "GET /api/v1/register/points/:id/alarms": {
    ask: of("GET", ({ name }) => `/register/points/${name}/alarms`),
    outside: 404,
    shows: includes('"items"'),
  },
  "GET /api/v1/register/due": {
    ask: of("GET", () => "/register/due?untilMs=9000"),
    outside: false,
    shows: named,
  },
  "POST /api/v1/register/points/:id/install": {
    ask: (thing) =>
      of("POST", ({ name }) => `/register/points/${name}/install`, {
        body: { device: device(thing) },
      })(thing),
    outside: 404,
    shows: includes("new-thing"),
  },
  "POST /api/v1/register/points/:id/swap": {
    ask: (thing) =>
      of("POST", ({ name }) => `/register/points/${name}/swap`, {
        body: { why: "broken", device: device(thing) },
        ...first,
      })(thing),
    outside: 404,
    shows: includes("new-thing"),
  },
  "PATCH /api/v1/register/installations/:id": {
    ask: of("PATCH", ({ name }) => `/register/installations/${name}`, {
      body: { facts: { expiresAtMs: 1_795_086_500_000 } },
      ...first,
    }),
    outside: 404,
    shows: named,
  },
  "POST /api/v1/register/installations/:id/remove": {
    ask: of("POST", ({ name }) => `/register/installations/${name}/remove`, {
      body: { why: "lost" },
      ...first,
    }),
    outside: 404,
    shows: done,
  },
  "GET /api/v1/imports/template.csv": {
    ask: of("GET", () => "/imports/template.csv"),
    outside: true,
    shows: done,
  },
  "GET /api/v1/imports/template.xlsx": {
    ask: of("GET", () => "/imports/template.xlsx"),
    outside: true,
    shows: done,
  },
  "GET /api/v1/imports": { ask: of("GET", () => "/imports"), outside: false, shows: named },
  "POST /api/v1/imports": {
    ask: (thing) => ({ method: "POST", path: "/api/v1/imports", ...homesForm(thing) }),
    outside: 422,
    shows: includes('"import"'),
  },
  "POST /api/v1/imports/:id/undo": {
    ask: of("POST", ({ name }) => `/imports/${uuidOf(name)}/undo`),
    outside: 404,
    shows: done,
  },
};

const workRequests: Readonly<Record<string, RequestOf>> = {
  // Pages of the community are for whoever holds the role in a part of it as well.
  "GET /api/v1/pages": {
    ask: of("GET", () => "/pages?limit=5"),
    outside: false,
    shows: named,
    serving: true,
  },
  "POST /api/v1/pages/:page/read": {
    ask: of("POST", ({ name }) => `/pages/${pageOf(name)}/read`, { body: {} }),
    outside: 404,
    shows: done,
    serving: true,
  },
  "POST /api/v1/cases/:id/evidence": {
    ask: ({ caseId, name }) => ({
      method: "POST",
      path: `/api/v1/cases/${caseId}/evidence`,
      ...photoForm(name),
    }),
    outside: 404,
    shows: includes("sha256"),
  },
  "GET /api/v1/evidence/:id": {
    ask: of("GET", ({ evidence }) => `/evidence/${evidence}`),
    outside: 404,
    shows: done,
  },
  "POST /api/v1/evidence/:id/delete": {
    ask: of("POST", ({ evidence }) => `/evidence/${evidence}/delete`, { body: reason }),
    by: ["community_lead", "street_duty", "street_lead", "district"],
    outside: 404,
    shows: done,
  },
};

const intakeRequests: Readonly<Record<string, RequestOf>> = {
  "POST /api/v1/intake/reports": {
    ask: () => ({
      method: "POST",
      path: "/api/v1/intake/reports",
      body: { kind: "request", place: { household: "h-xian" } },
      headers: { "idempotency-key": randomUUID() },
    }),
    outside: 422,
    shows: includes('"placed"'),
  },
  "GET /api/v1/intake/resident-links": {
    ask: of("GET", () => "/intake/resident-links?limit=5"),
    outside: false,
    shows: named,
  },
  "POST /api/v1/intake/resident-links": {
    ask: of("POST", () => "/intake/resident-links", { body: { household: "h-xian", days: 1 } }),
    outside: 404,
    shows: includes('"link"'),
  },
  "POST /api/v1/intake/resident-links/:id/withdraw": {
    ask: of("POST", ({ name }) => `/intake/resident-links/${name}/withdraw`, { body: reason }),
    outside: 404,
    shows: includes('"withdrawn"'),
  },
  "POST /api/v1/intake/resident-links/:id/reissue": {
    ask: of("POST", ({ name }) => `/intake/resident-links/${name}/reissue`, {
      body: { ...reason, days: 1 },
    }),
    outside: 404,
    shows: includes('"link"'),
  },
  "GET /api/v1/intake/quarantine": {
    ask: of("GET", () => "/intake/quarantine?limit=5"),
    outside: false,
    shows: named,
  },
  "POST /api/v1/intake/quarantine/place": {
    ask: ({ name }) => ({
      method: "POST",
      path: "/api/v1/intake/quarantine/place",
      body: { source: "staff", id: name, place: { household: "h-xian" } },
    }),
    outside: 404,
    shows: includes('"case"'),
  },
  "POST /api/v1/intake/quarantine/set-aside": {
    ask: ({ name }) => ({
      method: "POST",
      path: "/api/v1/intake/quarantine/set-aside",
      body: { source: "staff", id: name, ...reason },
    }),
    outside: 404,
    shows: done,
  },
  "GET /api/v1/intake/sources": {
    ask: of("GET", () => "/intake/sources"),
    outside: false,
    shows: named,
  },
  "POST /api/v1/intake/sources": {
    ask: ({ name }) => ({
      method: "POST",
      path: "/api/v1/intake/sources",
      body: {
        id: `new-${name}`,
        kind: "12345",
        nameZh: "热线",
        nameEn: "x",
        areaPath: places.xian,
      },
    }),
    outside: 403,
    shows: includes('"key"'),
  },
  "POST /api/v1/intake/sources/:id/key": {
    ask: of("POST", ({ name }) => `/intake/sources/${name}/key`, { body: { atOnce: true } }),
    outside: 403,
    shows: includes('"key"'),
  },
  "POST /api/v1/intake/sources/:id/disable": {
    ask: of("POST", ({ name }) => `/intake/sources/${name}/disable`),
    outside: 403,
    shows: done,
  },
};

export const placeRequests: Readonly<Record<string, RequestOf>> = {
  ...registerRequests,
  ...deviceRequests,
  ...workRequests,
  ...intakeRequests,
};
