import { afterAll, beforeAll, expect, test } from "vitest";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";

let desk: OpenDesk;
let cookie: string;
beforeAll(async () => {
  desk = await openDesk();
  cookie = await desk.login();
  await desk.take(createFakeGateway().alarm({ seq: 1 }));
});
afterAll(() => desk.close());

const head = 'Content-Disposition: form-data; name="f"; filename="a.jpg"';
const whole = `--x\r\n${head}\r\n\r\nabc\r\n--x--\r\n`;

const forms: readonly (readonly [string, string, string])[] = [
  ["nothing at all", "x", ""],
  ["only an end", "x", "--x--\r\n"],
  ["only a beginning", "x", "--x\r\n"],
  ["a file that breaks off", "x", `--x\r\n${head}\r\n\r\n\u00ff\u00d8\u00ff`],
  ["a part without a name", "x", "--x\r\n\r\nabc\r\n--x--\r\n"],
  ["a header without an end", "x", `--x\r\n${head}`],
  ["another boundary", "y", whole],
  ["no boundary", "", whole],
  ["words", "x", "words"],
];

test.each(["/api/v1/cases/AJ-000001/evidence", "/api/v1/imports", "/api/v1/imports?dryRun=true"])(
  "a broken form at %s is its sender's mistake, and is answered",
  async (path) => {
    for (const [name, boundary, body] of forms) {
      const headers = { cookie, "content-type": `multipart/form-data; boundary=${boundary}` };
      const response = await fetch(`${desk.url}${path}`, { method: "POST", headers, body });
      expect([name, response.status]).toEqual([name, 400]);
      expect(await response.json()).toMatchObject({ status: 400 });
    }
  },
);
