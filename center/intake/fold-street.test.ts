import * as fc from "fast-check";
import { expect, test } from "vitest";
import { streetNotice, type StreetHappening } from "../fake-gateway.testing.ts";
import { currentSpell, viewSpell, type BootPlaces, type SpellKey } from "./fold-street.ts";

const key: SpellKey = { gateway: "gw-1", topic: "storm", group: "building:喜安/2栋" };
const oneBoot: BootPlaces = new Map([["boot-1", 1]]);
const tell = (happenings: readonly StreetHappening[]) =>
  viewSpell(
    key,
    currentSpell(
      happenings.map((one) => streetNotice("gw-1", one)),
      oneBoot,
    ),
  );

const story: readonly StreetHappening[] = [
  { kind: "storm-begun", atMs: 0, members: ["old"] },
  { kind: "storm-ended", atMs: 10, members: ["old"] },
  { kind: "storm-begun", atMs: 100, members: ["a", "b"] },
  { kind: "storm-grew", atMs: 200, members: ["c"] },
  { kind: "storm-grew", atMs: 300, members: ["d", "a"] },
];

test("a storm keeps every member since it began, and none of the storm before", () => {
  expect(tell(story)).toMatchObject({
    stands: true,
    members: ["a", "b", "c", "d"],
    text: { zh: "storm-grew 300" },
  });
});

test("its end ends it, and a new beginning begins anew even where the end got lost", () => {
  expect(tell([...story, { kind: "storm-ended", atMs: 400 }]).stands).toBe(false);
  const again = tell([...story, { kind: "storm-begun", atMs: 500, members: ["z"] }]);
  expect(again).toMatchObject({ stands: true, members: ["z"] });
});

test("the view is the same in whatever order, and batch by batch, the events arrive", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...story], { minLength: story.length }), (shuffled) => {
      // As intake does it: what no longer counts is forgotten after each arrival.
      let spell: ReturnType<typeof currentSpell> = [];
      for (const one of shuffled)
        spell = currentSpell(spell.concat(streetNotice("gw-1", one)), oneBoot);
      expect(viewSpell(key, spell)).toEqual(tell(story));
    }),
  );
});
