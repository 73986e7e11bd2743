import type { Writing } from "./open-store.ts";

/** Takes `count` consecutive numbers and returns the first. They are lost if the transaction is. */
export const takeNumbers = async (
  tx: Writing,
  name: "stream" | "case" | "event" | "page" | "audit" | "telemetry",
  count: number,
): Promise<number> => {
  const { value } = await tx
    .updateTable("counters")
    .set((eb) => ({ value: eb("value", "+", count) }))
    .where("name", "=", name)
    .returning("value")
    .executeTakeFirstOrThrow();
  return value - count + 1;
};
