import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createVault, lockedVault } from "./seal.ts";

const [first, second] = [randomBytes(32), randomBytes(32)] as const;
const vault = createVault([first]);

test("what was sealed opens at its place and nowhere else, whatever it says", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), fc.string(), (text, place, other) => {
      const sealed = vault.seal(text, place);
      expect(vault.open(sealed, place)).toBe(text);
      if (other !== place) expect(vault.open(sealed, other)).toBeUndefined();
    }),
  );
});

test("the same phone sealed twice looks different, and neither shows it", () => {
  const [one, two] = [1, 2].map(() => vault.seal("13812345678", "people.phone a"));
  expect(one).not.toBe(two);
  expect(one).not.toContain("13812345678");
});

test("one flipped bit anywhere, a cut end, another key: it does not open", () => {
  const sealed = vault.seal("13812345678", "p");
  const body = Buffer.from(sealed.slice(vault.mark.length), "base64url");
  for (let bit = 0; bit < body.length * 8; bit += 1) {
    const bent = Buffer.from(body);
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(vault.open(vault.mark + bent.toString("base64url"), "p"), `bit ${bit}`).toBeUndefined();
  }
  for (let length = 0; length < body.length; length += 1) {
    const cut = vault.mark + body.subarray(0, length).toString("base64url");
    expect(vault.open(cut, "p")).toBeUndefined();
  }
  expect(createVault([second]).open(sealed, "p")).toBeUndefined();
});

test("after a rotation the older key still opens, and no longer seals", () => {
  const old = vault.seal("13812345678", "p");
  const rotated = createVault([second, first]);
  expect(rotated.open(old, "p")).toBe("13812345678");
  const fresh = rotated.seal("13812345678", "p");
  expect(fresh.startsWith(rotated.mark)).toBe(true);
  expect(vault.open(fresh, "p")).toBeUndefined();
});

test("what was never sealed is as it is", () => {
  expect(vault.open("13812345678", "p")).toBe("13812345678");
});

test("without its key nothing sealed opens, and nothing is sealed that no key could open", () => {
  const sealed = vault.seal("13812345678", "p");
  expect(lockedVault.open(sealed, "p")).toBeUndefined();
  expect(lockedVault.open("13812345678", "p")).toBe("13812345678");
  expect(() => lockedVault.seal("13812345678", "p")).toThrow(/key of personal data is missing/);
});
