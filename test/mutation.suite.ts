/**
 * Stands in for `vitest` while mutants are tried: `test` and `describe` only collect, `expect` is
 * vitest's own. Then one process can run any test again and again without loading anything anew.
 */
export { expect } from "vitest";

export interface CollectedTest {
  readonly name: string;
  readonly body: () => unknown;
}

export const collected: CollectedTest[] = [];
const path: string[] = [];

const addTest = (name: string, body: () => unknown): void => {
  const full = [...path, name].join(" > ");
  const twins = collected.filter((one) => one.name === full || one.name.startsWith(`${full} #`));
  collected.push({ name: twins.length === 0 ? full : `${full} #${twins.length + 1}`, body });
};

const addSuite = (name: string, body: () => void): void => {
  path.push(name);
  body();
  path.pop();
};

type Add<Body> = (name: string, body: Body) => void;

/** `each` as the tests here use it: a list of values, or of lists that are spread. */
const each =
  (add: Add<() => unknown>) =>
  (cases: readonly unknown[]) =>
  (name: string, body: (...args: readonly unknown[]) => unknown): void => {
    for (const [index, one] of cases.entries()) {
      add(`${name} [${index}]`, () => (Array.isArray(one) ? body(...one) : body(one)));
    }
  };

export const test = Object.assign(addTest, { each: each(addTest) });
export const describe = Object.assign(addSuite, { each: each(addSuite) });
