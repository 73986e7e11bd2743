import { createSigningKey } from "#platform/signature.ts";
import { placeOf } from "../vault/places.ts";
import type { Vault } from "../vault/seal.ts";
import type { Store } from "../store/open-store.ts";

/**
 * The key this center signs its commands with (PKCS#8 PEM), made once and kept sealed in the
 * database, so that all processes of one center have the same. `isNew`: made just now.
 */
export const ensureSigningKey = (
  store: Store,
  vault: Vault,
): Promise<{ readonly privatePem: string; readonly isNew: boolean }> =>
  store.write(async (tx) => {
    const kept = await tx
      .selectFrom("signing_keys")
      .select("private_pem")
      .where("name", "=", "commands")
      .executeTakeFirst();
    const place = placeOf.commandKey("commands");
    if (kept !== undefined) {
      const privatePem = vault.open(kept.private_pem, place);
      if (privatePem === undefined) throw new Error("the key of our commands is damaged");
      return { privatePem, isNew: false };
    }
    const privatePem = createSigningKey();
    await tx
      .insertInto("signing_keys")
      .values({ name: "commands", private_pem: vault.seal(privatePem, place) })
      .execute();
    return { privatePem, isNew: true };
  });
