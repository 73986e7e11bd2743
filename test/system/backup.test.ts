/** Backup and restore by the command, on a street of real processes and on a real PostgreSQL. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "#center/store/open-store.ts";
import { beginStretch } from "#center/store/stream-log.ts";
import { hasPostgres, startPostgres } from "../postgres-server.ts";
import { eventually } from "./eventually.ts";
import { byHome, connectHomes, everyHomeOnce } from "./homes.ts";
import { startStreet, type StreetProcess } from "./street-process.ts";

const runCanary = async (
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: unknown; readonly said: string }> => {
  const child = spawn(process.execPath, ["tools/canary.ts", ...words], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const [code]: unknown[] = await once(child, "close");
  return { code, said };
};

const openStreet = async () => {
  const street = await startStreet();
  onTestFinished(street.close);
  const homes = await connectHomes(street);
  onTestFinished(homes.close);
  const data = join(street.folder, "data");
  const file = join(street.folder, "copy.canary");
  return {
    street,
    homes,
    data,
    file,
    canary: (...words: readonly string[]) => runCanary(words, { CANARY_DATA: data }),
    allConfirmed: () =>
      eventually(
        "all confirmed",
        async () => (await street.gatewayStatus())?.link.unconfirmed === 0,
        60_000,
      ),
  };
};

const caseNumbers = async (street: StreetProcess, homes: readonly string[]) => {
  const desk = byHome(await (await street.login()).alarms());
  return homes.flatMap((home) => desk.get(home)?.map((alarm) => alarm.case.id) ?? []);
};

test("a center restored from an older copy asks the gateway for what is missing, and nothing is doubled", async () => {
  const { street, homes, data, file, canary, allConfirmed } = await openStreet();
  await homes.report("before");
  await everyHomeOnce(street, ["before"]);
  const photo = join(data, "center/evidence/ab/cd/abcdef");
  await mkdir(join(photo, ".."), { recursive: true });
  await writeFile(photo, "a photo");
  expect(await canary("backup", file)).toMatchObject({ code: 0 });
  expect((await canary("backup", file)).said).toContain("not overwritten");

  await Promise.all(["after", "later"].map(homes.report));
  await everyHomeOnce(street, ["before", "after", "later"]);
  await allConfirmed();
  for (const words of [[], ["--force"]]) {
    expect(await canary("restore", file, "--only", "center", ...words)).toMatchObject({
      code: 1,
      said: expect.stringContaining("is in use"),
    });
  }
  const given = await caseNumbers(street, ["after", "later"]);
  await street.kill("center");
  expect(await canary("restore", file, "--only", "center")).toMatchObject({
    code: 1,
    said: expect.stringContaining("is newer than the backup"),
  });
  await rm(photo);
  expect(await canary("restore", file, "--only", "center", "--force")).toMatchObject({ code: 0 });
  expect(await readFile(photo, "utf8")).toBe("a photo");

  street.startRole("center");
  await everyHomeOnce(street, ["before", "after", "later"], 60_000);
  await allConfirmed();
  // Whoever has noted a number down does not find another home under it.
  const again = await caseNumbers(street, ["after", "later"]);
  expect(again.filter((number) => given.includes(number))).toEqual([]);
});

test("a gateway restored from an older copy goes on, and what the center had already stays one", async () => {
  const { street, homes, file, canary, allConfirmed } = await openStreet();
  await homes.report("before");
  await everyHomeOnce(street, ["before"]);
  expect(await canary("backup", file)).toMatchObject({ code: 0 });
  await homes.report("between");
  await everyHomeOnce(street, ["before", "between"]);
  await allConfirmed();
  expect(await canary("restore", file, "--only", "gateway", "--force")).toMatchObject({
    code: 1,
    said: expect.stringContaining("is in use"),
  });
  await street.kill("gateway");
  expect(await canary("restore", file, "--only", "gateway", "--force")).toMatchObject({ code: 0 });
  street.startRole("gateway");
  await homes.report("after");
  await everyHomeOnce(street, ["before", "between", "after"], 60_000);
  await allConfirmed();
});

test("a copy, and what is restored from it, is for its owner only", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-backup-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  const canary = (...words: readonly string[]) => runCanary(words, { CANARY_DATA: data });
  const rights = async (path: string) => (await stat(path)).mode & 0o777;
  const store = await openStore({ dataFolder: join(data, "center") });
  if (!store.ok) throw new Error(store.error.en);
  await store.value.close();
  expect(await rights(data)).toBe(0o700);
  expect(await rights(join(data, "center"))).toBe(0o700);
  const file = join(folder, "copy.canary");
  expect(await canary("backup", file)).toMatchObject({ code: 0 });
  expect(await rights(file)).toBe(0o600);

  await chmod(join(data, "center"), 0o755);
  expect(await canary("restore", file)).toMatchObject({ code: 0 });
  expect(await rights(join(data, "center"))).toBe(0o700);
});

test("a database that can no longer be read is replaced by force", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-backup-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  const canary = (...words: readonly string[]) => runCanary(words, { CANARY_DATA: data });
  const store = await openStore({ dataFolder: join(data, "center") });
  if (!store.ok) throw new Error(store.error.en);
  await store.value.close();
  const file = join(folder, "copy.canary");
  expect(await canary("backup", file)).toMatchObject({ code: 0 });
  await writeFile(join(data, "center/center.sqlite"), "torn ".repeat(2_000));
  expect(await canary("restore", file)).toMatchObject({ code: 1 });
  expect(await canary("restore", file, "--force")).toMatchObject({ code: 0 });
});

test("a damaged copy is refused, and what is there stays as it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-backup-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  const canary = (...words: readonly string[]) => runCanary(words, { CANARY_DATA: data });
  const store = await openStore({ dataFolder: join(data, "center") });
  if (!store.ok) throw new Error(store.error.en);
  await store.value.close();
  const file = join(folder, "copy.canary");
  expect(await canary("backup", file)).toMatchObject({ code: 0 });

  const bytes = await readFile(file);
  const at = bytes.indexOf("SQLite format 3");
  expect(at).toBeGreaterThan(0);
  bytes[at + 4_000] = (bytes[at + 4_000] ?? 0) ^ 1;
  await writeFile(file, bytes);
  const before = await readFile(join(data, "center/center.sqlite"));
  expect(await canary("restore", file, "--force")).toMatchObject({
    code: 1,
    said: expect.stringContaining("center/center.sqlite"),
  });
  expect((await readFile(join(data, "center/center.sqlite"))).equals(before)).toBe(true);
  await writeFile(file, "not a backup");
  expect(await canary("restore", file)).toMatchObject({ code: 1 });
});

test.skipIf(!hasPostgres())(
  "PostgreSQL: dumped while it is used, put back only when nobody uses it or nothing newer is lost",
  async () => {
    const postgres = await startPostgres({ fsync: false });
    const folder = await mkdtemp(join(tmpdir(), "canary-backup-"));
    onTestFinished(async () => {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const env = { CANARY_DATA: join(folder, "data"), CANARY_DATABASE_URL: postgres.url };
    const file = join(folder, "copy.canary");
    const open = async () => {
      const store = await openStore({ dataFolder: "", databaseUrl: postgres.url });
      if (!store.ok) throw new Error(store.error.en);
      return store.value;
    };
    const first = await open();
    await first.write((tx) => beginStretch(tx, 1_000));
    expect(await runCanary(["backup", file], env)).toMatchObject({ code: 0 });
    await first.write((tx) => beginStretch(tx, 2_000));
    expect((await runCanary(["restore", file], env)).said).toContain("in use");
    expect((await runCanary(["restore", file, "--force"], env)).said).toContain("in use");
    await first.close();
    expect((await runCanary(["restore", file], env)).said).toContain("newer");
    expect(await runCanary(["restore", file, "--force"], env)).toMatchObject({ code: 0 });

    const again = await open();
    const rows = await again.db.selectFrom("stream_events").select("position").execute();
    expect(rows.map(({ position }) => position)).toEqual([1_000_000]);
    await again.close();
    expect(await runCanary(["restore", file], { ...env, CANARY_DATABASE_URL: "" })).toMatchObject({
      code: 1,
      said: expect.stringContaining("the center here uses SQLite"),
    });
    expect(
      (await runCanary(["backup", join(folder, "none")], { ...env, PATH: "/nowhere" })).said,
    ).toContain("pg_dump is not on this machine");
  },
);
