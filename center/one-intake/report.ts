/** What a report says, whoever sends it, and how urgent it is. */
import { Type, type Static } from "typebox";
import type { Priority } from "#domain/alarm.ts";
import type { CaseKind } from "#domain/case.ts";
import type { Bilingual } from "#domain/result.ts";

interface KindFacts extends Bilingual {
  readonly kind: CaseKind;
  readonly priority: Priority;
}

/**
 * What can be reported. Urgency is ours to decide, not the sender's: a smell of gas is the first
 * priority from whomever it comes. Source: people.md §6.3 [P], to be confirmed by the street.
 */
export const reportKinds = {
  "gas-smell": { kind: "smell", priority: 1, zh: "闻到燃气味", en: "smell of gas" },
  "co-suspected": {
    kind: "co",
    priority: 1,
    zh: "疑似一氧化碳中毒",
    en: "suspected carbon monoxide",
  },
  "device-fault": { kind: "fault", priority: 3, zh: "报警器故障", en: "detector out of order" },
  "device-removed": { kind: "tamper", priority: 3, zh: "报警器被拆", en: "detector taken down" },
  request: { kind: "request", priority: 4, zh: "求助或建议", en: "request or suggestion" },
} as const satisfies Readonly<Record<string, KindFacts>>;
export type ReportKind = keyof typeof reportKinds;
export const reportKindNames = [
  "gas-smell",
  "co-suspected",
  "device-fault",
  "device-removed",
  "request",
] as const satisfies readonly ReportKind[];

const strict = { additionalProperties: false };
// PostgreSQL keeps no NUL in text; other control characters have no place in a line either.
const line = (length: number) =>
  Type.String({ pattern: `^[^\\u0000-\\u001f]{1,${length}}$`, minLength: 1 });
const words = Type.String({ pattern: "^[^\\u0000]*$", minLength: 1, maxLength: 2_000 });

export const PlaceSchema = Type.Object(
  {
    household: Type.Optional(line(64)),
    point: Type.Optional(line(64)),
    building: Type.Optional(line(64)),
    area: Type.Optional(line(64)),
    address: Type.Optional(line(200)),
  },
  { ...strict, description: "any one that is known; ids of the register, or the address in words" },
);
export type ReportPlace = Static<typeof PlaceSchema>;

export const ReportSchema = Type.Object(
  {
    kind: Type.Enum(reportKindNames),
    text: Type.Optional(words),
    place: PlaceSchema,
    contact: Type.Optional(
      Type.Object({ name: Type.Optional(line(60)), phone: Type.Optional(line(30)) }, strict),
    ),
    drill: Type.Optional(Type.Boolean({ description: "an exercise, shown as one everywhere" })),
  },
  strict,
);
export type Report = Static<typeof ReportSchema>;

/** A report from another system: CloudEvents 1.0 in JSON; `source` + `id` names it once for all. */
export const ReportEventSchema = Type.Object({
  specversion: Type.Literal("1.0"),
  id: line(200),
  source: line(200),
  type: Type.Literal("canary.report.v1"),
  time: Type.Optional(line(40)),
  // CloudEvents 1.0 allows parameters, and many libraries write the charset.
  datacontenttype: Type.Optional(
    Type.String({ pattern: "^application/json(;[^\\u0000]{0,100})?$" }),
  ),
  subject: Type.Optional(line(200)),
  data: ReportSchema,
});
