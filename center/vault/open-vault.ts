/**
 * Opens the keys of personal data beside the database they belong to, and brings everything in it
 * under the newest one: rows from before there was encryption, and those of older keys.
 */
import { sql } from "kysely";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Reading, Store, Writing } from "../store/open-store.ts";
import { makeKeyFile, readKeyRing, type KeyRing, type KeySource } from "./key-ring.ts";
import { createVault, fingerprintOf, type Vault } from "./seal.ts";
import { places } from "./places.ts";

/** What cannot be opened is said, not thrown: a missing key file, a wrong one. */
export const openVault = async (
  store: Store,
  source: KeySource,
): Promise<Result<Vault, Bilingual>> => {
  const found = await findKeys(store.db, source);
  if (!found.ok) return found;
  const vault = createVault(found.value);
  const fingerprints = new Set(found.value.map(fingerprintOf));
  const missing = await store.write(async (tx) => {
    const lacking = (await keysInUse(tx)).find((key) => !fingerprints.has(key));
    if (lacking === undefined) await noteKey(tx, vault.fingerprint);
    return lacking;
  });
  if (missing !== undefined) return err(otherKey(source.file));
  await sealAll(store, vault);
  return ok(vault);
};

const findKeys = async (db: Reading, source: KeySource): Promise<Result<KeyRing, Bilingual>> => {
  // Asked before the file is looked for: another center makes its file first, and notes it then.
  const isInUse = (await keysInUse(db)).length > 0;
  const kept = await readKeyRing(source);
  if (!kept.ok) return kept;
  if (kept.value !== undefined) return ok(kept.value);
  // A new key would not open what an old one has sealed.
  if (isInUse) return err(noKey(source.file));
  await makeKeyFile(source.file);
  const made = await readKeyRing(source);
  if (!made.ok) return made;
  return made.value === undefined ? err(noKey(source.file)) : ok(made.value);
};

const keysInUse = async (db: Reading): Promise<readonly string[]> =>
  (await db.selectFrom("data_keys").select("fingerprint").execute()).map(
    ({ fingerprint }) => fingerprint,
  );

const noteKey = async (tx: Writing, fingerprint: string): Promise<void> => {
  await tx
    .insertInto("data_keys")
    .values({ fingerprint })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

/** Rows sealed in one transaction: an alarm waits no longer than for these. */
const rowsAtOnce = 500;

const sealAll = async (store: Store, vault: Vault): Promise<void> => {
  let sealed = 0;
  // What is overwritten must not be readable in the file's free pages afterwards.
  if (store.kind === "sqlite") await sql`pragma secure_delete = on`.execute(store.db);
  for (const place of places) {
    let after: string | undefined = "";
    while (after !== undefined) {
      const from: string = after;
      const rows = await store.write(async (tx) => {
        const found = await place.unsealed(tx, vault.mark, { after: from, limit: rowsAtOnce });
        for (const { key, text } of found) {
          const plain = vault.open(text, place.of(key));
          // Damaged: it stays as it is, for whoever looks for the cause.
          if (plain !== undefined) await place.write(tx, key, vault.seal(plain, place.of(key)));
        }
        return found;
      });
      sealed += rows.length;
      after = rows.length < rowsAtOnce ? undefined : rows.at(-1)?.key;
    }
  }
  await store.write((tx) => forgetOldKeys(tx, vault));
  if (store.kind === "sqlite") {
    await sql`pragma secure_delete = fast`.execute(store.db);
    if (sealed > 0) await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
  }
};

/** Once nothing is sealed with them any more they may go from the file; older backups need them. */
const forgetOldKeys = async (tx: Writing, vault: Vault): Promise<void> => {
  for (const place of places) {
    const left = await place.unsealed(tx, vault.mark, { after: "", limit: 1 });
    if (left.length > 0) return;
  }
  await tx.deleteFrom("data_keys").where("fingerprint", "!=", vault.fingerprint).execute();
};

const noKey = (file: string): Bilingual => ({
  zh: `找不到个人数据密钥 ${file},数据库中的电话和验证器密钥因此无法读取。请从密钥备份把它放回原处(权限 600),或用 CANARY_DATA_KEY_FILE 指明位置;不要新建`,
  en: `the personal-data key ${file} is missing, so that phones and second factors in the database cannot be read. Put it back from the key's own copy (mode 600), or name its place by CANARY_DATA_KEY_FILE; make no new one`,
});

const otherKey = (file: string): Bilingual => ({
  zh: `${file}(或 CANARY_DATA_KEY)不是加密此数据库的密钥。请放回与此数据库配套的密钥;轮换过的密钥须保留旧行`,
  en: `${file} (or CANARY_DATA_KEY) is not the key this database was sealed with. Put back the one that belongs to it; after a rotation the older lines must stay`,
});
