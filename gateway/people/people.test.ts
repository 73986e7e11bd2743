/** Who stands at the board while a crowd is at it: what was never checked is no wrong PIN. */
import { expect, test } from "vitest";
import { createManualTime } from "#platform/manual-time.ts";
import { createPeople } from "./people.ts";
import { hashPin } from "./pin.ts";

const open = async () => {
  const pinHash = await hashPin("739105");
  const faults = new Map<string, boolean>();
  const people = createPeople({
    people: [{ id: "wang", name: "王强", pinHash, may: ["acknowledge"] }],
    clock: createManualTime().clock,
    reportFault: ({ key, present }) => faults.set(key, present),
  });
  const tries = (many: number, pin: string, address: string) =>
    Promise.all(
      Array.from({ length: many }, () => people.recognise({ person: "wang", pin }, address)),
    );
  return { tries, faults };
};

const kinds = (answers: Awaited<ReturnType<Awaited<ReturnType<typeof open>>["tries"]>>) =>
  answers.map((one) => (one.ok ? "in" : one.error.kind));

test("while others' PINs are checked one is told to come back, and that counts as no try", async () => {
  const { tries, faults } = await open();
  const crowd = Array.from({ length: 8 }, (_, at) => tries(1, "000111", `10.0.0.${at + 2}`));
  const [mine] = await Promise.all([tries(20, "739105", "10.0.0.1"), ...crowd]);
  expect(new Set(kinds(mine))).toEqual(new Set(["too-early"]));
  faults.clear();
  // Twenty tries at this door would have been a wait of minutes.
  expect(kinds(await tries(1, "739105", "10.0.0.1"))).toEqual(["in"]);
  expect([...faults.values()]).toEqual([false]);
});

test("wrong PINs that were checked count", async () => {
  const { tries } = await open();
  expect(kinds(await tries(5, "000111", "10.0.0.1"))).toEqual([
    ...Array(4).fill("wrong"),
    "too-early",
  ]);
  expect(kinds(await tries(1, "739105", "10.0.0.1"))).toEqual(["too-early"]);
  expect(kinds(await tries(1, "739105", "10.0.0.2"))).toEqual(["in"]);
});
