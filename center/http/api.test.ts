import { connect } from "node:net";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { routeRights } from "../rights/route-rights.ts";
import { createAnswerCheck, listOf, operationsOf, recordOf } from "./answer-check.testing.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

let desk: OpenDesk;
let cookie: string;
const gateway = createFakeGateway("gw-1");

beforeEach(async () => {
  desk = await openDesk();
  cookie = await desk.login();
});
afterEach(() => desk.close());

describe("the API's description", () => {
  test("is docs/openapi.json, and has every route of the API", async () => {
    const described = await (await desk.get("/api/openapi.json")).json();
    await expect(`${JSON.stringify(described, null, 2)}\n`).toMatchFileSnapshot(
      "../../docs/openapi.json",
    );
    const paths = operationsOf(described).map(({ method, path }) => `${method} ${path}`);
    const decided = Object.keys(routeRights).map((route) => {
      const [method = "", path = ""] = route.split(" ");
      return `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`;
    });
    expect(paths.sort()).toEqual(
      [...decided, "get /healthz", "get /metrics", "get /readyz"].sort(),
    );
    // The console's files at / and * are no part of the API.
    const served = desk.app
      .printRoutes({ commonPrefix: false })
      .split("\n")
      .filter((line) => /[a-z].* \([A-Z, ]+\)$/.test(line));
    expect(served).toHaveLength(new Set(operationsOf(described).map(({ path }) => path)).size);
  });

  test("says of each route how one proves who one is, and which roles may call it", async () => {
    const described = recordOf(await (await desk.get("/api/openapi.json")).json());
    const paths = recordOf(described["paths"]);
    const of = (method: string, path: string) => recordOf(recordOf(paths[path])[method]);
    expect(of("post", "/api/v1/session")["security"]).toEqual([]);
    expect(of("get", "/api/v1/desk")["security"]).toEqual([{ session: [] }]);
    expect(of("post", "/api/v1/intake/events")["security"]).toEqual([{ signature: [] }]);
    expect(of("post", "/api/v1/people/{id}/erase")["x-roles"]).toEqual(["street_lead"]);
    const { securitySchemes } = recordOf(described["components"]);
    expect(Object.keys(recordOf(securitySchemes))).toEqual(["session", "signature"]);
  });

  test("is what the answers look like, the problems as well", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    await desk.take(gateway.alarm({ seq: 4, episode: "ep-2" }));
    await desk.take(gateway.status({ atMs: 1, detectors: [detectorAt("kitchen", 9)] }));
    const check = createAnswerCheck(await (await desk.get("/api/openapi.json")).json());
    const get = (path: string, as = cookie) => desk.get(path, as);

    await check("get", "/api/v1/desk", 200, get("/api/v1/desk"));
    await check("get", "/api/v1/desk", 401, get("/api/v1/desk", ""));
    await check("get", "/api/v1/session", 200, get("/api/v1/session"));
    await check("get", "/api/v1/alarms", 200, get("/api/v1/alarms?state=open&limit=1"));
    await check("get", "/api/v1/alarms", 400, get("/api/v1/alarms?limit=0"));
    await check("get", "/api/v1/alarms", 400, get("/api/v1/alarms?cursor=nonsense"));
    await check("get", "/api/v1/gateways", 200, get("/api/v1/gateways"));
    const completeness = "/api/v1/gateways/{id}/completeness";
    await check("get", completeness, 200, get("/api/v1/gateways/gw-1/completeness"));
    await check("get", completeness, 404, get("/api/v1/gateways/gw-9/completeness"));
    await check("get", "/healthz", 200, get("/healthz"));
    await check("get", "/readyz", 200, get("/readyz"));

    const path = "/api/v1/alarms/{episode}/sign";
    const alarm = { episode: "ep-1", case: { version: 1 } };
    await check("post", path, 412, desk.sign({ ...alarm, case: { version: 9 } }, cookie));
    await check("post", path, 200, desk.sign(alarm, cookie));
    await check("post", path, 409, desk.sign(alarm, cookie));
    await check("post", path, 404, desk.sign({ ...alarm, episode: "ep-9" }, cookie));
    await check("post", path, 401, desk.sign(alarm, ""));
    await check(
      "post",
      path,
      428,
      fetch(`${desk.url}/api/v1/alarms/ep-1/sign`, {
        method: "POST",
        headers: { cookie, "idempotency-key": "k" },
      }),
    );
  });
});

test("somebody who was second is told who was first", async () => {
  await desk.take(gateway.alarm({ seq: 1 }));
  const alarm = { episode: "ep-1", case: { version: 1 } };
  const answers = await Promise.all(Array.from({ length: 100 }, () => desk.sign(alarm, cookie)));
  const statuses = Map.groupBy(answers, ({ status }) => status);
  expect([statuses.get(200)?.length, statuses.get(409)?.length]).toEqual([1, 99]);
  expect(await statuses.get(409)?.[0]?.json()).toMatchObject({
    detail: "该报警已由 admin 签收",
    current: { episode: "ep-1", case: { acceptedBy: "admin", version: 2 } },
  });
});

test.each([
  ["alarms", "episode", ["ep-7", "ep-6", "ep-5", "ep-4", "ep-3", "ep-2", "ep-1"]],
  ["cases", "id", [7, 6, 5, 4, 3, 2, 1].map((number) => `AJ-00000${number}`)],
] as const)("the pages of %s stay whole while new ones come in", async (list, name, wanted) => {
  const happen = (seq: number) =>
    desk.take(gateway.alarm({ seq, episode: `ep-${seq}`, ...homeOf(seq) }));
  for (let seq = 1; seq <= 7; seq += 1) {
    await happen(seq);
    if (seq % 3 === 0) desk.time.advance(1_000);
  }
  const seen: string[] = [];
  let seq = 7;
  for (let cursor = ""; ;) {
    const page = recordOf(
      await (await desk.get(`/api/v1/${list}?limit=2${cursor}`, cookie)).json(),
    );
    for (const item of listOf(page["items"])) seen.push(String(recordOf(item)[name]));
    const next = page["nextCursor"];
    if (typeof next !== "string") break;
    cursor = `&cursor=${next}`;
    await happen((seq += 1));
  }
  expect(seen).toEqual(wanted);
});

/** A home of its own for each, so that no two become one case. */
const homeOf = (seq: number) => ({ detector: `det-${seq}`, address: { text: `喜安社区${seq}栋` } });

test("the pages of all alarms follow each other without gap or repeat", async () => {
  for (let seq = 1; seq <= 7; seq += 1) {
    await desk.take(gateway.alarm({ seq, episode: `ep-${seq}` }));
    if (seq % 3 === 0) desk.time.advance(1_000);
  }
  const seen: string[] = [];
  for (let cursor = ""; ;) {
    const answer = await desk.get(`/api/v1/alarms?limit=2${cursor}`, cookie);
    const page = recordOf(await answer.json());
    for (const item of listOf(page["items"])) seen.push(String(recordOf(item)["episode"]));
    const next = page["nextCursor"];
    if (typeof next !== "string") break;
    cursor = `&cursor=${next}`;
  }
  expect(seen).toEqual(["ep-7", "ep-6", "ep-5", "ep-4", "ep-3", "ep-2", "ep-1"]);
});

describe("a problem", () => {
  const expectProblem = async (response: Response, status: number): Promise<void> => {
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    const problem = recordOf(await response.json());
    expect(problem["status"]).toBe(status);
    expect(problem["detail"]).toMatch(/\p{Script=Han}/u);
    expect(problem["detailEn"]).toMatch(/[a-z]{3}/);
  };
  const post = (body: string, type = "application/json") =>
    fetch(`${desk.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": type },
      body,
    });

  test("is in both languages wherever it comes from", async () => {
    await expectProblem(await desk.get("/nowhere"), 404);
    await expectProblem(await desk.get("/api/v1/nowhere"), 404);
    await expectProblem(await desk.get("/%zz"), 400);
    await expectProblem(await post("{"), 400);
    await expectProblem(await post('{"username":1,"password":"x"}'), 400);
    await expectProblem(await post("x".repeat(70_000)), 413);
    await expectProblem(await post("<a/>", "application/xml"), 415);
    await expectProblem(await fetch(`${desk.url}/api/v1/desk`, { method: "PUT" }), 404);
  });

  test("also answers what is not HTTP", async () => {
    const socket = connect(Number(new URL(desk.url).port), "127.0.0.1");
    socket.end("NONSENSE\r\n\r\n");
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"detail":"请求无法识别');
  });

  test("tells a busy source to slow down", async () => {
    const busy = await openDesk({ requestsPerMinute: 3 });
    try {
      for (let request = 0; request < 3; request += 1) await busy.get("/api/v1/desk");
      await expectProblem(await busy.get("/api/v1/desk"), 429);
      expect((await busy.get("/healthz")).status).toBe(200);
    } finally {
      await busy.close();
    }
  });

  test("of the database is 503 and tells nothing of our insides", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    await desk.breakDisk();
    const answer = await desk.sign({ episode: "ep-1", case: { version: 1 } }, cookie);
    await desk.mendDisk();
    expect(await answer.clone().text()).not.toMatch(/sqlite|readonly|select|update/i);
    await expectProblem(answer, 503);
  });
});

describe("the console", () => {
  test("that is not built yet is replaced by a page that says how to build it", async () => {
    const page = await desk.get("/");
    expect(page.headers.get("content-type")).toContain("text/html");
    const html = await page.text();
    expect(html).toContain("安靖街道");
    expect(html).toContain("npm start");
    expect(html).toContain("has not been built");
  });

  test("is served from its folder, and nothing beside it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "canary-console-"));
    await mkdir(join(folder, "dist/assets"), { recursive: true });
    await writeFile(join(folder, "dist/index.html"), "<title>值班台</title>");
    await writeFile(join(folder, "dist/assets/app-1a2b.js"), "let a;");
    await writeFile(join(folder, "secret.txt"), "secret");
    const built = await openDesk({ consoleFolder: join(folder, "dist") });
    try {
      const index = await built.get("/");
      expect(await index.text()).toContain("值班台");
      expect(index.headers.get("content-security-policy")).toContain("script-src 'self'");
      const script = await built.get("/assets/app-1a2b.js");
      expect(script.headers.get("cache-control")).toContain("immutable");
      for (const path of ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/.env"]) {
        const answer = await built.get(path);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }
    } finally {
      await built.close();
      await rm(folder, { recursive: true });
    }
  });
});

test("whatever is asked, the answer is never our fault", { timeout: 60_000 }, async () => {
  await desk.take(gateway.alarm({ seq: 1 }));
  const described = operationsOf(await (await desk.get("/api/openapi.json")).json());
  const operation = fc.constantFrom(...described.filter(({ path }) => !path.endsWith("/stream")));
  const word = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.constant("ep-1"));
  const header = fc.string({ unit: "grapheme-ascii", maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        operation,
        word,
        query: fc.dictionary(fc.constantFrom("state", "cursor", "limit", "x"), word),
        ifMatch: fc.oneof(header, fc.constant('"1"')),
        key: header,
        body: fc.oneof(fc.json(), fc.string(), fc.constant(undefined)),
      }),
      async ({ operation, word, query, ifMatch, key, body }) => {
        const path = operation.path.replaceAll(/\{\w+\}/g, encodeURIComponent(word.toWellFormed()));
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]): [string, string] => [
            name,
            value.toWellFormed(),
          ]),
        ).toString();
        const answer = await desk.app.inject({
          method: operation.method === "get" ? "GET" : "POST",
          url: `${path}?${search}`,
          headers: {
            cookie,
            "if-match": ifMatch,
            "idempotency-key": key,
            ...(body !== undefined && { "content-type": "application/json" }),
          },
          ...(body !== undefined && operation.method !== "get" && { payload: body }),
        });
        expect(answer.statusCode, answer.body).toBeLessThan(500);
        if (answer.statusCode >= 400) expect(answer.json()).toHaveProperty("detailEn");
      },
    ),
    { numRuns: 300 },
  );
});
