import { createSigningKey } from "#platform/signature.ts";
import type { Store } from "../store/open-store.ts";

/**
 * The key this center signs its commands with (PKCS#8 PEM), made once and kept in the database, so
 * that all processes of one center have the same.
 */
export const ensureSigningKey = (store: Store): Promise<string> =>
  store.write(async (tx) => {
    const kept = await tx
      .selectFrom("signing_keys")
      .select("private_pem")
      .where("name", "=", "commands")
      .executeTakeFirst();
    if (kept !== undefined) return kept.private_pem;
    const privatePem = createSigningKey();
    await tx
      .insertInto("signing_keys")
      .values({ name: "commands", private_pem: privatePem })
      .execute();
    return privatePem;
  });
