import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";

/**
 * A check made from its schema when it is first asked for. Making one takes 5 to 20 ms, and a gateway
 * that starts while gas stands needs few of them before its buzzers are live.
 */
export const compileOnUse = <const Schema extends TSchema>(
  schema: Schema,
): (() => Validator<{}, Schema>) => {
  let made: Validator<{}, Schema> | undefined;
  return () => (made ??= Compile(schema));
};
