import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openDesk } from "../open-desk.testing.ts";
import { createHttpServer } from "./server.ts";

test("listening and answering leave no line in the log; a trouble does", async () => {
  const desk = await openDesk();
  onTestFinished(desk.close);
  const lines: string[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const app = await createHttpServer({
    ...desk.parts,
    logger,
    view: () => {
      throw new Error("the desk is broken");
    },
  });
  onTestFinished(() => app.close());
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(lines).toEqual([]);

  const cookie = await desk.login();
  const answer = await fetch(`${url}/api/v1/desk`, { headers: { cookie } });
  expect(answer.status).toBe(500);
  expect(lines.join("")).toContain("the desk is broken");
});
