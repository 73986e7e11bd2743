/** What several parts of the site file's schema are made of. */
import { Type } from "typebox";
import { namePattern } from "#domain/ids.ts";

export const strict = { additionalProperties: false };
export const name = Type.String({
  pattern: namePattern,
  description: "letters or Chinese, digits, . _ - ; at most 64 characters",
});
export const tokenHash = Type.String({
  pattern: "^sha256:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$",
  description: "made by `canary credential <name>`; the token itself is never in this file",
});
export const address = Type.Object(
  {
    text: Type.String({ minLength: 1, description: "as people say it: 喜安社区2栋1单元603" }),
    community: Type.Optional(Type.String()),
    building: Type.Optional(Type.String()),
    riser: Type.Optional(Type.String()),
    floor: Type.Optional(Type.String()),
    room: Type.Optional(Type.String()),
  },
  strict,
);

export const port = (value: number) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: value, description: "0: any free port" });
export const host = Type.String({ minLength: 1, default: "127.0.0.1" });
