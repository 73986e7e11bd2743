import { Type } from "typebox";
import { compileOnUse } from "#domain/compile-on-use.ts";
import { detectorId } from "#domain/ids.ts";

/** Kept beside the detectors' states, under a name no detector can have. */
export const takenName = detectorId("commands:taken");

/** So many commands are remembered; far more than are ever under way. */
const idsMax = 500;

const check = compileOnUse(
  Type.Object({ version: Type.Literal(1), ids: Type.Array(Type.String()) }),
);

/**
 * Names of the commands that have been answered, newest last, so that a repeat has no effect. What
 * cannot be read is as if nothing had been taken: the alarm a command names protects it as well.
 */
export const createTaken = (saved: string | undefined) => {
  let ids = idsIn(saved);
  return {
    name: takenName,
    has: (id: string): boolean => ids.includes(id),
    add: (id: string): void => {
      ids = ids.concat(id).slice(-idsMax);
    },
    json: (): string => JSON.stringify({ version: 1, ids }),
  };
};

const idsIn = (saved: string | undefined): readonly string[] => {
  if (saved === undefined) return [];
  try {
    const value: unknown = JSON.parse(saved);
    return check().Check(value) ? value.ids : [];
  } catch {
    return []; // a torn file; see above
  }
};
