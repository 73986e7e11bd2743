/** Versions of rules and their rollback, with the real gateway and the real command. */
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { parse } from "yaml";
import type { BookReport } from "#tools/rules.ts";
import { eventually } from "./eventually.ts";
import { startGatewayAlone, type GatewayProcess } from "./gateway-process.ts";
import { freePort } from "./street-process.ts";

const run = promisify(execFile);
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Status {
  readonly rules: { readonly hash: string };
  readonly faults: readonly { readonly key: string }[];
}

const open = async () => {
  const site: unknown = parse(await readFile("config/site.yaml", "utf8"));
  if (typeof site !== "object" || site === null) throw new Error("no example site");
  const gateway = await startGatewayAlone(site, await freePort());
  cleanUps.push(gateway.close);
  const folder = dirname(gateway.dataFolder);
  const env = {
    ...process.env,
    CANARY_CONFIG: join(folder, "site.yaml"),
    CANARY_DATA: gateway.dataFolder,
  };
  const canary = async (...args: readonly string[]): Promise<string> =>
    (await run(process.execPath, ["tools/canary.ts", "rules", ...args], { env })).stdout;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own output, looked at below
  const report = async () => JSON.parse(await canary("--json")) as BookReport;
  return {
    gateway,
    folder,
    canary,
    report,
    hash: async () => (await statusOf(gateway)).rules.hash,
    /** Once the gateway has written down what it judges by. */
    begun: (version: number) =>
      eventually(`version ${version} is in force`, async () => {
        return (await report()).inForce?.version === version;
      }),
  };
};

const statusOf = async ({ url }: GatewayProcess): Promise<Status> => {
  const answer = await fetch(`${url}/api/v1/status`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own answer, looked at below
  return (await answer.json()) as Status;
};

test("rules A judge, B is published and applied, B is rolled back by name: the status has the hash, the book who and why", async () => {
  const { gateway, folder, canary, report, hash, begun } = await open();
  const a = await hash();
  await begun(1);

  await writeFile(join(folder, "b.yaml"), "gas: { lowPercentLel: 6 }\n");
  const publish = ["publish", "--overrides", join(folder, "b.yaml"), "--apply"];
  const told = await canary(...publish, "--by", "王工", "--reason", "老楼更严");
  expect(told).toContain("gas.low.raiseAt: 10 %LEL → 6 %LEL");
  expect(await hash()).toBe(a);
  expect(await canary()).toContain("重启网关后生效");
  await gateway.kill();
  await gateway.start();
  const b = await hash();
  expect(b).not.toBe(a);
  expect(told).toContain(b);
  await begun(2);

  await canary("rollback", "--by", "李敏", "--reason", "误报太多");
  expect(await hash()).toBe(b);
  await gateway.kill();
  await gateway.start();
  expect(await hash()).toBe(a);
  await begun(1);

  const { editions, deeds, siteFileAsks } = await report();
  expect(editions.map((one) => [one.version, one.hash, one.by, one.reason])).toEqual([
    [1, a, "站点文件 site file", expect.any(String)],
    [2, b, "王工", "老楼更严"],
  ]);
  expect(deeds.map((one) => [one.kind, one.version, one.by, one.reason])).toEqual([
    ["began", 1, undefined, undefined],
    ["apply", 2, "王工", "老楼更严"],
    ["began", 2, undefined, undefined],
    ["roll-back", 1, "李敏", "误报太多"],
    ["began", 1, undefined, undefined],
  ]);
  expect(siteFileAsks).toEqual({ version: 1, hash: a });
  expect((await statusOf(gateway)).faults.map(({ key }) => key)).not.toContain("rule-book");
}, 60_000);

test("a book that is damaged, or whose disk never answers, hinders no start", async () => {
  const { gateway, begun } = await open();
  await begun(1);
  const book = join(gateway.dataFolder, "gateway/rule-book.jsonl");
  await gateway.kill();
  await writeFile(book, "\u0000 no book\n");
  await gateway.start();
  await eventually("the fault is told", async () =>
    (await statusOf(gateway)).faults.some(({ key }) => key === "rule-book"),
  );

  await gateway.kill();
  await rm(book);
  // Whoever opens it to read waits for ever, and does not end in good order either.
  await run("mkfifo", [book]);
  cleanUps.push(gateway.kill);
  await gateway.start();
  await gateway.says("xian-2-1-603", { co_ppm: 80, status: ["alarm"] });
  expect((await statusOf(gateway)).rules.hash).toMatch(/^[0-9a-f]{64}$/);
}, 60_000);
