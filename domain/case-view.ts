/** Cases and pages as the center's HTTP API shows them: one schema for server, page and OpenAPI. */
import { Type, type Static } from "typebox";
import { caseLevels, caseStates } from "./case.ts";
import { DeskAlarmSchema, type DeskEvent } from "./desk.ts";
import { PrioritySchema } from "./wire-shapes.ts";

const bilingual = Type.Object({ zh: Type.String(), en: Type.String() });
const atMs = Type.Number({ description: "epoch ms" });

/** One case in a list or on the stream. */
export const CaseViewSchema = Type.Object({
  id: Type.String(),
  state: Type.Enum(caseStates),
  version: Type.Integer({ description: "send it back as If-Match" }),
  priority: PrioritySchema,
  peakPriority: PrioritySchema,
  level: Type.Enum(caseLevels),
  kind: Type.String({ description: "alarm class, `smell` or `request`" }),
  source: Type.String(),
  report: Type.Optional(Type.String()),
  gas: Type.Optional(Type.String()),
  drill: Type.Boolean(),
  test: Type.Boolean(),
  place: Type.String({ description: "address as people say it" }),
  title: Type.Optional(
    Type.Object(bilingual.properties, {
      description: "where a case is about no address: what it is about, instead of the place",
    }),
  ),
  area: Type.String({ description: "path of the area" }),
  household: Type.Optional(Type.String()),
  group: Type.Optional(Type.String({ description: "what several homes have in common" })),
  assignee: Type.Optional(Type.String()),
  team: Type.Optional(Type.String()),
  handler: Type.Optional(Type.String()),
  conclusion: Type.Optional(Type.String()),
  signedBy: Type.Optional(Type.String()),
  signedAtMs: Type.Optional(atMs),
  alarms: Type.Integer(),
  unsigned: Type.Integer({ description: "alarms nobody has signed for" }),
  active: Type.Integer({ description: "alarms that stand at their device" }),
  pendingUpper: Type.Boolean({ description: "street or district has not signed yet" }),
  casualty: Type.Boolean(),
  extended: Type.Boolean(),
  mergedInto: Type.Optional(Type.String()),
  recurrenceOf: Type.Optional(Type.String()),
  createdAtMs: atMs,
  enteredAtMs: Type.Number({ description: "when it came into its present state, epoch ms" }),
  suspendedUntilMs: Type.Optional(atMs),
  dueAtMs: Type.Optional(atMs),
  nextClockAtMs: Type.Optional(
    Type.Number({ description: "when the next person is told, unless somebody acts; epoch ms" }),
  ),
});
export type CaseView = Static<typeof CaseViewSchema>;

export const CaseEventSchema = Type.Object({
  id: Type.Integer(),
  atMs,
  actor: Type.String(),
  action: Type.String(),
  step: Type.Optional(Type.String({ description: "row of docs/case-flow.md" })),
  from: Type.Optional(Type.String()),
  to: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String({ description: "a person's words" })),
  text: Type.Optional(bilingual),
  channel: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
});

/** One page with what became of it. */
export const PageSchema = Type.Object({
  id: Type.Integer(),
  caseId: Type.String(),
  clock: Type.String({ description: "which clock speaks; `ring`: a new or worse alarm" }),
  atMs,
  channel: Type.String(),
  roles: Type.Array(Type.String()),
  area: Type.String(),
  person: Type.Optional(Type.String()),
  priority: PrioritySchema,
  staged: Type.Boolean({ description: "a drill or a test" }),
  text: bilingual,
  state: Type.Enum(["queued", "sent", "delivered", "read", "failed"]),
  error: Type.Optional(Type.String()),
  deliveredAtMs: Type.Optional(atMs),
  readAtMs: Type.Optional(atMs),
});
export type PageView = Static<typeof PageSchema>;

/** A step out of the present state, for the person who asks. */
export const OfferSchema = Type.Object({
  action: Type.String(),
  step: Type.String(),
  name: bilingual,
  to: Type.Enum(caseStates),
  allowed: Type.Boolean(),
  reason: Type.Optional(bilingual),
  needs: Type.Array(Type.String({ description: "what has to be brought along" })),
});

/** Everything of one case. */
export const CaseDetailSchema = Type.Object({
  case: CaseViewSchema,
  alarms: Type.Array(DeskAlarmSchema),
  merged: Type.Array(Type.String({ description: "cases merged into this one" })),
  timeline: Type.Array(CaseEventSchema),
  pages: Type.Array(PageSchema),
  clocks: Type.Array(
    Type.Object({ clock: Type.String(), sinceMs: atMs, dueAtMs: atMs, repeats: Type.Integer() }),
  ),
  evidence: Type.Array(
    Type.Object({
      id: Type.String(),
      sha256: Type.String(),
      kind: Type.String(),
      bytes: Type.Integer(),
      mediaType: Type.String(),
      by: Type.String(),
      atMs,
    }),
  ),
  actions: Type.Array(OfferSchema),
  ends: Type.Array(
    Type.Object({
      episode: Type.String(),
      allowed: Type.Boolean(),
      reason: Type.Optional(Type.Object(bilingual.properties, { description: "why not (yet)" })),
    }),
    {
      description:
        "alarms that stand and that their gateway does not say stand: whether this person may end " +
        "them (POST /api/v1/alarms/{episode}/end)",
    },
  ),
});
export type CaseDetail = Static<typeof CaseDetailSchema>;

/** What the stream tells: the duty page's events, cases and pages. */
export type StreamEvent =
  | DeskEvent
  | { readonly kind: "case"; readonly data: CaseView }
  | { readonly kind: "page"; readonly data: PageView };
