/**
 * Boots that speak through their alarms before any status of theirs comes, if one ever does: a line
 * that was down all their life, a power cut a second after the start. They have their place in the
 * order of boots from the first word on; see docs/decisions/0014-the-newest-word.md.
 */
import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { hasNotReported } from "./gateway-lives.ts";
import type { TakenAlarm } from "./read-message.ts";

/**
 * Notes the boots that alarms new to the center are of and are told by. One that nobody has heard
 * of comes after all others, except where another boot tells of it: then right before that one.
 */
export const noteBoots = async (
  tx: Writing,
  fresh: readonly TakenAlarm[],
  nowMs: number,
): Promise<void> => {
  const known = await knownBoots(tx, fresh);
  for (const { gateway, value } of fresh) {
    const { bootid: boot, senderboot: sender = boot } = value;
    const isNew = !known.has(nameOf(gateway, boot));
    if (!known.has(nameOf(gateway, sender))) {
      // The order of these two is certain, that of each and the boots before them the order heard.
      if (isNew && sender !== boot) await add(tx, { gateway, boot, nowMs });
      await add(tx, { gateway, boot: sender, nowMs });
    } else if (isNew) {
      await add(tx, { gateway, boot, nowMs, before: sender });
    }
    known.add(nameOf(gateway, sender)).add(nameOf(gateway, boot));
  }
};

const nameOf = (gateway: string, boot: string): string => JSON.stringify([gateway, boot]);

const knownBoots = async (tx: Writing, fresh: readonly TakenAlarm[]): Promise<Set<string>> => {
  const known = new Set<string>();
  const boots = new Map(
    fresh.flatMap(({ gateway, value: { bootid, senderboot = bootid } }) =>
      [bootid, senderboot].map((boot) => [nameOf(gateway, boot), { gateway, boot }]),
    ),
  );
  for (const chunk of inLists([...boots.values()])) {
    const rows = await tx
      .selectFrom("gateway_lives")
      .select(["gateway", "boot"])
      .where(
        "gateway",
        "in",
        chunk.map(({ gateway }) => gateway),
      )
      .where(
        "boot",
        "in",
        chunk.map(({ boot }) => boot),
      )
      .execute();
    for (const { gateway, boot } of rows) known.add(nameOf(gateway, boot));
  }
  return known;
};

/** A boot gets its place: the last, or that of another, which moves on with all that come after it. */
const add = async (
  tx: Writing,
  boot: {
    readonly gateway: string;
    readonly boot: string;
    readonly nowMs: number;
    readonly before?: string;
  },
): Promise<void> => {
  const { gateway, nowMs } = boot;
  const lives = tx.selectFrom("gateway_lives").where("gateway", "=", gateway);
  const { last } = await lives
    .select((eb) => eb.fn.max("place").as("last"))
    .executeTakeFirstOrThrow();
  let place = (last ?? 0) + 1;
  if (boot.before !== undefined) {
    const next = await lives
      .where("boot", "=", boot.before)
      .select((eb) => eb.fn.max("place").as("place"))
      .executeTakeFirstOrThrow();
    ({ place } = next);
    await tx
      .updateTable("gateway_lives")
      .set((eb) => ({ place: eb("place", "+", 1) }))
      .where("gateway", "=", gateway)
      .where("place", ">=", place)
      .execute();
  }
  await tx
    .insertInto("gateway_lives")
    .values({
      gateway,
      boot: boot.boot,
      journal: "",
      place,
      mono_ms: hasNotReported,
      first_heard_at_ms: nowMs,
      heard_at_ms: nowMs,
      boot_offset_ms: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};
