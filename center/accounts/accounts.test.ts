/** Accounts as administrators and their people live with them, over the real API. */
import { generateSync } from "otplib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { jsonOf } from "../json-answer.testing.ts";
import { adminPassword, openDesk, type DeskOptions, type OpenDesk } from "../open-desk.testing.ts";
import { places, plantRegister } from "../rights/plant-register.testing.ts";

vi.setConfig({ testTimeout: 60_000 });

let desk: OpenDesk | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});
const open = async (options?: DeskOptions) => {
  const at = await openDesk(options);
  desk = at;
  await plantRegister(at.store);
  const send = (method: string, path: string, cookie: string, body?: object) =>
    fetch(`${at.url}/api/v1${path}`, {
      method,
      headers: { cookie, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const tryLogin = (username: string, password: string, code?: string, cookie = "") =>
    send("POST", "/session", cookie, { username, password, ...(code !== undefined && { code }) });
  /** Creates an account and takes it through its first login; answers its cookie. */
  const hire = async (admin: string, name: string, area: string, role: string) => {
    const grants = [{ role, area }];
    const created = await send("POST", "/accounts", admin, { name, area, grants });
    expect(created.status).toBe(201);
    const { oneTimePassword: first } = await jsonOf(created);
    const cookie = await at.loginAs(name, String(first));
    const change = { current: first, next: passwordOf(name) };
    expect((await send("POST", "/session/password", cookie, change)).status).toBe(204);
    return cookie;
  };
  return { ...at, send, tryLogin, hire };
};
const passwordOf = (name: string) => `long and ${name.length} own words`;

const kindOf = async (answer: Response) => [answer.status, (await jsonOf(answer))["type"]];

const codeAt = (at: OpenDesk, secret: string): string =>
  generateSync({ secret, epoch: Math.floor(at.time.clock.now().wallMs / 1_000) });

describe("an account", () => {
  test("begins with a one-time password that must be changed, and ends when it is disabled", async () => {
    const at = await open();
    const admin = await at.login();
    const created = await at.send("POST", "/accounts", admin, {
      name: "李敏",
      area: places.xian,
      grants: [{ role: "duty", area: places.xian }],
    });
    const { oneTimePassword: first } = await jsonOf(created);
    const li = await at.loginAs("李敏", String(first));
    const sign = at.sign({ episode: "none", case: { version: 1 } }, li);
    expect(await kindOf(await sign)).toEqual([403, "/problems/password-change-required"]);
    const next = "a long enough one";
    await at.send("POST", "/session/password", li, { current: first, next });
    expect((await at.get("/api/v1/desk", li)).status).toBe(200);

    const reason = { reason: "离职" };
    expect((await at.send("POST", "/accounts/李敏/disable", admin, reason)).status).toBe(200);
    expect((await at.get("/api/v1/desk", li)).status).toBe(401);
    expect((await at.tryLogin("李敏", next)).status).toBe(401);
  });

  test("whose one-time password nobody used for a week needs a new one", async () => {
    const at = await open();
    const admin = await at.login();
    const body = { name: "li", area: "/", grants: [] };
    const { oneTimePassword: first } = await jsonOf(
      await at.send("POST", "/accounts", admin, body),
    );
    at.time.advance(8 * 24 * 3_600_000);
    expect(await kindOf(await at.tryLogin("li", String(first)))).toEqual([
      401,
      "/problems/password-expired",
    ]);
    const again = await at.login();
    const reset = await at.send("POST", "/accounts/li/reset", again, { secondFactor: false });
    const { oneTimePassword: second } = await jsonOf(reset);
    expect((await at.tryLogin("li", String(second))).status).toBe(200);
  });

  test("of a street cannot give itself the district's, nor reset whoever has more than it", async () => {
    const at = await open();
    const admin = await at.login();
    const street = await at.hire(admin, "street-admin", places.street, "admin");
    const give = (name: string, role: string, area: string) =>
      at.send("POST", `/accounts/${name}/grants`, street, { role, area });
    expect((await give("street-admin", "admin", places.district)).status).toBe(403);
    expect((await give("street-admin", "admin", "/")).status).toBe(403);
    expect((await give("admin", "admin", places.street)).status).toBe(404);

    await at.hire(admin, "visitor", places.xian, "district");
    const wide = { role: "district", area: places.district };
    await at.send("POST", "/accounts/visitor/grants", admin, wide);
    const reset = await at.send("POST", "/accounts/visitor/reset", street, { secondFactor: true });
    expect(await kindOf(reset)).toEqual([403, "/problems/beyond"]);
  });

  test("of the only administrator may take a role, written down as such; of two, each asks the other", async () => {
    const at = await open();
    const admin = await at.login();
    const wish = { role: "district", area: "/" };
    expect((await at.send("POST", "/accounts/admin/grants", admin, wish)).status).toBe(200);
    const deeds = await at.store.db.selectFrom("audit").select("action").execute();
    expect(deeds.map(({ action }) => action)).toContain("grant-to-self");

    await at.hire(admin, "second", "/", "admin");
    const more = { role: "tech", area: "/" };
    const refused = await at.send("POST", "/accounts/admin/grants", admin, more);
    expect(await kindOf(refused)).toEqual([409, "/problems/four-eyes"]);
  });

  test("of the last administrator over everything cannot be taken away, and nothing of the try is kept", async () => {
    const at = await open();
    const admin = await at.login();
    const withdraw = await at.send("DELETE", "/accounts/admin/grants?role=admin&area=/", admin);
    expect(await kindOf(withdraw)).toEqual([409, "/problems/last-admin"]);
    expect((await at.get("/api/v1/accounts", admin)).status).toBe(200);
  });

  test("is told apart from others by name, and its area must exist", async () => {
    const at = await open();
    const admin = await at.login();
    const post = (body: object) => at.send("POST", "/accounts", admin, body);
    expect((await post({ name: "admin", area: "/" })).status).toBe(409);
    for (const name of ["system", "resident", "staff"]) {
      expect((await post({ name, area: "/", grants: [] })).status, name).toBe(409);
    }
    expect((await post({ name: "li", area: "/nowhere/" })).status).toBe(422);
    expect((await post({ name: "li/../x", area: "/" })).status).toBe(400);
  });
});

describe("sessions", () => {
  test("are listed, and ended one by one, by their owner and by an administrator", async () => {
    const at = await open();
    const admin = await at.login();
    const here = await at.hire(admin, "li", "/", "street_duty");
    const there = await at.loginAs("li", passwordOf("li"));
    const { items } = await jsonOf(await at.get("/api/v1/sessions", here));
    const list = Array.isArray(items) ? items : [];
    expect(list).toHaveLength(2);
    const other = list.find((one: { own: boolean }) => !one.own);
    expect((await at.send("DELETE", `/sessions/${other.id}`, here)).status).toBe(204);
    expect((await at.get("/api/v1/session", there)).status).toBe(401);
    expect((await at.send("DELETE", `/sessions/${other.id}`, here)).status).toBe(404);

    expect((await at.send("DELETE", "/accounts/li/sessions/all", admin)).status).toBe(204);
    expect((await at.get("/api/v1/session", here)).status).toBe(401);
  });

  test("of another person are not one's own to end", async () => {
    const at = await open();
    const admin = await at.login();
    const li = await at.hire(admin, "li", "/", "street_duty");
    const { items } = await jsonOf(await at.get("/api/v1/sessions", admin));
    const [first] = Array.isArray(items) ? items : [];
    expect((await at.send("DELETE", `/sessions/${first.id}`, li)).status).toBe(404);
    expect((await at.get("/api/v1/session", admin)).status).toBe(200);
  });
});

describe("a second factor", () => {
  const enrol = async (at: Awaited<ReturnType<typeof open>>, cookie: string) => {
    const begun = await at.send("POST", "/session/second-factor", cookie, {
      password: adminPassword,
    });
    const { secret, uri } = await jsonOf(begun);
    const code = codeAt(at, String(secret));
    const confirmed = await at.send("POST", "/session/second-factor/confirm", cookie, { code });
    const { recoveryCodes } = await jsonOf(confirmed);
    const codes: unknown[] = Array.isArray(recoveryCodes) ? recoveryCodes : [];
    return { secret: String(secret), uri: String(uri), codes: codes.map(String), code };
  };

  test("is needed by privileged roles; signing for an alarm with another role never waits for it", async () => {
    const at = await open({ requireSecondFactor: true });
    const cookie = await at.login();
    expect(await kindOf(await at.get("/api/v1/accounts", cookie))).toEqual([
      403,
      "/problems/second-factor-required",
    ]);
    expect((await at.get("/api/v1/desk", cookie)).status).toBe(200);
    const who = await jsonOf(await at.get("/api/v1/session", cookie));
    expect(who["user"]).toMatchObject({ asleep: ["admin", "street_lead"] });

    const { uri } = await enrol(at, cookie);
    expect(uri).toMatch(/^otpauth:\/\/totp\/.*secret=[A-Z2-7]{32}/);
    expect((await at.get("/api/v1/accounts", cookie)).status).toBe(200);
  });

  test("is asked for at the next login, and a code that was used once is worth nothing", async () => {
    const at = await open();
    const { secret, code } = await enrol(at, await at.login());
    expect(await kindOf(await at.tryLogin("admin", adminPassword))).toEqual([
      401,
      "/problems/code-required",
    ]);
    expect((await at.tryLogin("admin", adminPassword, code)).status).toBe(401);
    at.time.advance(30_000);
    const next = codeAt(at, secret);
    expect((await at.tryLogin("admin", adminPassword, next)).status).toBe(200);
    expect((await at.tryLogin("admin", adminPassword, next)).status).toBe(401);
  });

  test("used twice at the same moment lets in once", async () => {
    const at = await open();
    const { secret } = await enrol(at, await at.login());
    at.time.advance(60_000);
    const code = codeAt(at, secret);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => at.tryLogin("admin", adminPassword, code)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("that is guessed is slowed down as a password is, with the right password as well", async () => {
    const at = await open();
    await enrol(at, await at.login());
    const statuses: number[] = [];
    for (let guess = 0; guess < 6; guess += 1) {
      statuses.push((await at.tryLogin("admin", adminPassword, `00000${guess}`)).status);
      statuses.push((await at.tryLogin("admin", adminPassword)).status);
    }
    // Four guesses, and between them three times the right password alone.
    expect(statuses.filter((status) => status === 401)).toHaveLength(7);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  });

  test("is no free guess for whoever holds an open session and the password", async () => {
    const at = await open();
    const cookie = await at.login();
    await enrol(at, cookie);
    const password = adminPassword;
    const statuses: number[] = [];
    for (let guess = 0; guess < 8; guess += 1) {
      const body = { password, code: `00000${guess}` };
      statuses.push((await at.send("POST", "/session/second-factor/remove", cookie, body)).status);
      await at.send("POST", "/session/second-factor", cookie, { password });
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
  });

  test("shown in two steps, as people do, leaves no failure behind at an office's address", async () => {
    const at = await open();
    const { secret } = await enrol(at, await at.login());
    for (let officer = 0; officer < 24; officer += 1) {
      at.time.advance(30_000);
      expect((await at.tryLogin("admin", adminPassword)).status).toBe(401);
      const code = codeAt(at, secret);
      expect((await at.tryLogin("admin", adminPassword, code)).status).toBe(200);
    }
  });

  test("that is lost is replaced by a recovery code, each good once, however it is typed", async () => {
    const at = await open();
    const { codes } = await enrol(at, await at.login());
    expect(codes).toHaveLength(10);
    const [first = ""] = codes;
    const typed = first.toLowerCase().replaceAll("-", " ");
    expect((await at.tryLogin("admin", adminPassword, typed)).status).toBe(200);
    expect((await at.tryLogin("admin", adminPassword, first)).status).toBe(401);
    const kept = await at.store.db.selectFrom("recovery_codes").selectAll().execute();
    expect(JSON.stringify(kept)).not.toContain(first);
  });

  test("cannot be enrolled by whoever finds an open session, nor enrolled anew over a phone", async () => {
    const at = await open();
    const cookie = await at.login();
    const begin = (password: string) =>
      at.send("POST", "/session/second-factor", cookie, { password });
    expect((await begin("not the password")).status).toBe(403);
    await enrol(at, cookie);
    expect((await begin(adminPassword)).status).toBe(409);
  });

  test("that is removed takes the privileged roles of every session with it", async () => {
    const at = await open({ requireSecondFactor: true });
    const cookie = await at.login();
    const { codes } = await enrol(at, cookie);
    const body = { password: adminPassword, code: codes[0] ?? "" };
    expect((await at.send("POST", "/session/second-factor/remove", cookie, body)).status).toBe(204);
    expect((await at.get("/api/v1/accounts", cookie)).status).toBe(403);
  });
});
