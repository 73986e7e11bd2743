import { Type, type Static } from "typebox";
import { namePattern } from "#domain/ids.ts";
import { port, strict } from "./parts.ts";

/**
 * What a person may do at the gateway's own board. To hold a rule or a detector back, and to let it
 * ring again, are rights of their own: whoever may end a silence need not be able to begin one.
 */
export const boardDeeds = [
  "acknowledge",
  "hush",
  "shelve",
  "unshelve",
  "take-out-of-service",
  "return-to-service",
] as const;
export type BoardDeed = (typeof boardDeeds)[number];

const person = Type.Object(
  {
    id: Type.String({ pattern: namePattern, description: "what is typed at the board: 工号" }),
    name: Type.String({
      minLength: 1,
      maxLength: 60,
      description: "as it stands in the record: 李敏",
    }),
    pinHash: Type.Optional(
      Type.String({
        pattern: "^\\$argon2id\\$[A-Za-z0-9$=,+/]+$",
        description: "made by `canary pin <id>`; the PIN itself is never in this file",
      }),
    ),
    badgeHash: Type.Optional(
      Type.String({
        pattern: "^sha256:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$",
        description: "made by `canary pin <id> --badge`",
      }),
    ),
    may: Type.Array(Type.Enum(boardDeeds), {
      minItems: 1,
      description:
        "acknowledge: sign and reset; hush: the sound, some minutes; shelve: one rule rings nobody, 24 h at most; take-out-of-service: the whole detector, 7 days at most; unshelve, return-to-service: end these early",
    }),
  },
  { additionalProperties: false },
);

export const peopleSchema = Type.Array(person, {
  default: [],
  description: "who may act at the gateway's own board",
});
export type PersonSite = Static<typeof person>;

export const securePage = Type.Object(
  {
    port: port(8_443),
    certFile: Type.String({ minLength: 1 }),
    keyFile: Type.String({ minLength: 1 }),
  },
  {
    ...strict,
    description: "the board encrypted as well; PINs from other machines are then taken only there",
  },
);
