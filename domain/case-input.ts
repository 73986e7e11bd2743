/** What somebody brings along when they act on a case: one schema for the API and the rules. */
import { Type, type Static } from "typebox";
import type { Conclusion } from "./case.ts";
import { PrioritySchema } from "./wire-shapes.ts";

/** A person's own words. No NUL, which PostgreSQL cannot hold. */
export const words = Type.String({ minLength: 1, maxLength: 2_000, pattern: "^[^\\u0000]*$" });
const name = Type.String({ minLength: 1, maxLength: 200, pattern: "^[^\\u0000-\\u001f]*$" });
const epochMs = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 });

export const conclusionCodes = [
  "C1",
  "C2",
  "C3",
  "C4",
  "C5",
  "C6",
  "C7",
  "C8",
  "C9",
  "C10",
  "C11",
  "C12",
] as const satisfies readonly Conclusion[];

export const SceneReadingSchema = Type.Object(
  {
    gas: Type.Enum(["co", "combustible"]),
    value: Type.Number({ minimum: 0, maximum: 1e6, description: "CO in ppm, combustible in %LEL" }),
  },
  { additionalProperties: false },
);

/** Who may be called in: 燃气公司, 119, 120, a department. */
export const outsiders = ["gas-company", "119", "120", "110", "department"] as const;

export const ActInputSchema = Type.Object(
  {
    reason: Type.Optional(words),
    note: Type.Optional(words),
    assignee: Type.Optional(name),
    team: Type.Optional(name),
    position: Type.Optional(
      Type.Object(
        {
          latitude: Type.Number({ minimum: -90, maximum: 90 }),
          longitude: Type.Number({ minimum: -180, maximum: 180 }),
        },
        { additionalProperties: false, description: "WGS-84" },
      ),
    ),
    doorCode: Type.Optional(name),
    conclusion: Type.Optional(Type.Enum(conclusionCodes)),
    readings: Type.Optional(Type.Array(SceneReadingSchema, { maxItems: 4 })),
    contact: Type.Optional(
      Type.Object(
        { with: name, channel: Type.Enum(["phone", "door", "message"]), said: words },
        { additionalProperties: false, description: "whom we talked to and what was said" },
      ),
    ),
    external: Type.Optional(
      Type.Object(
        { who: Type.Enum(outsiders), reached: Type.Boolean(), said: words },
        { additionalProperties: false, description: "who was called and what came of it" },
      ),
    ),
    dueAtMs: Type.Optional(epochMs),
    interim: Type.Optional(words),
    instruction: Type.Optional(words),
    target: Type.Optional(name),
    cause: Type.Optional(words),
    priority: Type.Optional(PrioritySchema),
    verify: Type.Optional(
      Type.Object(
        {
          reached: Type.Boolean(),
          safe: Type.Optional(Type.Boolean()),
          deviceWorks: Type.Optional(Type.Boolean()),
          satisfied: Type.Optional(Type.Enum(["yes", "mostly", "no"])),
        },
        { additionalProperties: false, description: "what the call back found" },
      ),
    ),
    casualty: Type.Optional(Type.Boolean({ description: "somebody is hurt" })),
    failedCall: Type.Optional(Type.Literal(true, { description: "nobody answered" })),
  },
  { additionalProperties: false },
);
export type ActInput = Static<typeof ActInputSchema>;

/** An arrival is proven within this distance of the home. Source: `people.md` §6.2, T07. */
export const arrivalWithinM = 100;

/** The same as {@link ActInput}, with what the center has found out about it. */
export interface CheckedInput extends ActInput {
  /** From the position given to the home; absent: neither is known. */
  readonly distanceM?: number;
  /** The code read is that of this door. */
  readonly doorCodeFits?: boolean;
  /** The assignee has an account that works on cases of this area. */
  readonly assigneeWorksHere?: boolean;
  readonly conclusion?: Conclusion;
}
