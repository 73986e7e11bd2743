import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/schema";
import type { TLocalizedValidationError } from "typebox/error";

/** A compiled check of one schema. */
export interface Checker<Schema extends TSchema> {
  readonly Check: (value: unknown) => value is Static<Schema>;
  /** What does not fit, first things first; empty for a value that fits. */
  readonly Errors: (value: unknown) => readonly TLocalizedValidationError[];
}

/**
 * A check made from its schema when it is first asked for. Making one takes 5 to 20 ms, and a gateway
 * that starts while gas stands needs few of them before its buzzers are live. `typebox/schema` for the
 * same reason: `typebox/compile` loads 142 modules more, which nobody calls.
 */
export const compileOnUse = <const Schema extends TSchema>(
  schema: Schema,
): (() => Checker<Schema>) => {
  let made: Checker<Schema> | undefined;
  return () => (made ??= checkerOf(schema));
};

const checkerOf = <const Schema extends TSchema>(schema: Schema): Checker<Schema> => {
  const compiled = Compile(schema);
  return {
    Check: (value): value is Static<Schema> => compiled.Check(value),
    Errors: (value) => compiled.Errors(value)[1],
  };
};
