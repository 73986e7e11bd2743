import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";
import { plantRegister } from "../rights/plant-register.testing.ts";
import { addKey } from "./key-ring.ts";
import { openVault } from "./open-vault.ts";
import { placeOf } from "./places.ts";
import type { Vault } from "./seal.ts";

/** What is promised of personal data at rest, on whichever database. */
export const vaultContract = (database: string, newDatabase: NewDatabase): void => {
  describe(`the vault on ${database}`, () => {
    let ground: Ground;
    let folder: string;
    let file: string;
    beforeEach(async () => {
      ground = await openGround(newDatabase);
      await plantRegister(ground.store); // with a phone as it lay there before: 13812345678
      folder = await mkdtemp(join(tmpdir(), "canary-key-"));
      file = join(folder, "keys", "personal-data.key");
    });
    afterEach(async () => {
      await ground.close();
      await rm(folder, { recursive: true });
    });

    const opened = async (): Promise<Vault> => {
      const vault = await openVault(ground.store, { file });
      if (!vault.ok) throw new Error(vault.error.en);
      return vault.value;
    };
    const refused = async (source: { file: string; text?: string } = { file }) => {
      const vault = await openVault(ground.store, source);
      return vault.ok ? "opened" : vault.error.en;
    };
    const kept = async (): Promise<string> => {
      const row = await ground.store.db
        .selectFrom("people")
        .select("phone")
        .where("id", "=", "person-xian")
        .executeTakeFirstOrThrow();
      return row.phone ?? "";
    };

    test("the first start makes a key for its owner only, and seals what lies there", async () => {
      const vault = await opened();
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(join(folder, "keys"))).mode & 0o077).toBe(0);
      expect(await kept()).toMatch(/^sealed:1:/);
      expect(vault.open(await kept(), placeOf.phone("person-xian"))).toBe("13812345678");
      expect(vault.open(await kept(), placeOf.phone("person-west"))).toBeUndefined();
      const again = await opened();
      expect(again.open(await kept(), placeOf.phone("person-xian"))).toBe("13812345678");
    });

    test("after that no file of the database holds the phone any more", async () => {
      const { dataFolder, databaseUrl } = ground.databaseOptions;
      if (databaseUrl !== undefined) return; // PostgreSQL's files are its own
      const filesWith = async (text: string) => {
        const found: string[] = [];
        for (const name of await readdir(dataFolder)) {
          if ((await readFile(join(dataFolder, name))).includes(text)) found.push(name);
        }
        return found;
      };
      expect(await filesWith("13812345678")).not.toEqual([]);
      await opened();
      expect(await filesWith("13812345678")).toEqual([]);
    });

    test("a missing key is an error that says which file, and no new one is made", async () => {
      await opened();
      await rename(file, join(folder, "elsewhere"));
      expect(await refused()).toContain(file);
      expect(await readdir(join(folder, "keys"))).toEqual([]);
      await rename(join(folder, "elsewhere"), file);
      expect((await opened()).open(await kept(), placeOf.phone("person-xian"))).toBe("13812345678");
    });

    test("another database's key, a damaged one, one that others can read: each is refused", async () => {
      await opened();
      const right = await readFile(file, "utf8");
      await writeFile(file, `${Buffer.alloc(32, 7).toString("base64url")}\n`);
      expect(await refused()).toContain("not the key this database was sealed with");
      await writeFile(file, right.slice(0, 20));
      expect(await refused()).toContain("damaged");
      await writeFile(file, right);
      await chmod(file, 0o644);
      expect(await refused()).toContain("chmod 600");
      await chmod(file, 0o600);
      expect(await refused()).toBe("opened");
      expect(await refused({ file: join(folder, "none"), text: right })).toBe("opened");
    });

    test("rotated: sealed anew at the next start, and then the old line may go", async () => {
      const before = await opened();
      const old = await kept();
      await addKey(file);
      const after = await opened();
      expect(await kept()).not.toBe(old);
      expect(before.open(await kept(), placeOf.phone("person-xian"))).toBeUndefined();
      expect(after.open(await kept(), placeOf.phone("person-xian"))).toBe("13812345678");
      const [newest] = (await readFile(file, "utf8")).split("\n");
      await writeFile(file, `${newest}\n`);
      expect(await refused()).toBe("opened");
    });

    test("a phone damaged in the database stays as it is, and its key stays asked for", async () => {
      await opened();
      const damaged = `${(await kept()).slice(0, -4)}AAAA`;
      await ground.store.db
        .updateTable("people")
        .set({ phone: damaged })
        .where("id", "=", "person-xian")
        .execute();
      await addKey(file);
      await opened();
      expect(await kept()).toBe(damaged);
      const [newest] = (await readFile(file, "utf8")).split("\n");
      await writeFile(file, `${newest}\n`);
      expect(await refused()).toContain("older lines must stay");
    });

    test("thousands of rows are sealed in steps, each of them", async () => {
      const row = { kind: "resident", name: "王", area: "xian", household: null, user_name: null };
      const rows = Array.from({ length: 1_203 }, (_, index) => ({
        ...row,
        id: `p-${String(index).padStart(5, "0")}`,
        phone: String(13_900_000_000 + index),
        flags: "[]",
        erased_at_ms: null,
      }));
      for (let at = 0; at < rows.length; at += 401) {
        await ground.store.db
          .insertInto("people")
          .values(rows.slice(at, at + 401))
          .execute();
      }
      const vault = await opened();
      const all = await ground.store.db.selectFrom("people").select(["id", "phone"]).execute();
      for (const { id, phone } of all) {
        expect(phone).toMatch(/^sealed:/);
        expect(vault.open(phone ?? "", placeOf.phone(id))).toMatch(/^1(38|39)\d{8}$/);
      }
    });

    test("two centers that start at once have one key", async () => {
      const vaults = await Promise.all([opened(), opened()]);
      expect(new Set(vaults.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    });
  });
};
