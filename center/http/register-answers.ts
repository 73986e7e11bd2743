/** What the register's refusals are as HTTP, and the headers its writes ask for. */
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Result } from "#domain/result.ts";
import type { Change, Refusal } from "../register/change-register.ts";
import type { HttpParts } from "./app.ts";
import { notFound, ProblemError, type ProblemFacts } from "./problems.ts";
import { callerOf } from "./require-session.ts";

export const IfMatchSchema = Type.Object({
  "if-match": Type.Optional(
    Type.String({ description: 'the version that was seen, quoted: "1"', maxLength: 100 }),
  ),
});

/** The version in `If-Match`; a wrong one can match nothing, a missing one is a problem. */
export const versionFrom = (headers: { readonly "if-match"?: string }): number => {
  const text = headers["if-match"];
  if (text === undefined) throw new ProblemError(versionMissing);
  return Number(/^"(\d{1,9})"$/.exec(text)?.[1] ?? -1);
};

/** Who changes what, for a human action. */
export const changeBy = (parts: HttpParts, request: FastifyRequest): Change => ({
  actor: callerOf(request).user,
  source: request.ip,
  nowMs: parts.clock.now().wallMs,
});

/** The value, or the refusal as a problem. */
export const orProblem = <Value>(result: Result<Value, Refusal>): Value => {
  if (result.ok) return result.value;
  throw new ProblemError(refusalToProblem(result.error));
};

const refusalToProblem = (refusal: Refusal): ProblemFacts => {
  switch (refusal.kind) {
    case "unknown":
      return notFound({
        zh: "没有这条登记,或不在您的辖区",
        en: "there is no such entry, or it is not in your area",
      });
    case "forbidden":
      return { status: 403, kind: "forbidden", title: "Forbidden", detail: refusal.why };
    case "conflict":
      return { status: 409, kind: "register-conflict", title: "Conflict", detail: refusal.why };
    case "invalid":
      return { status: 422, kind: "register-invalid", title: "Invalid", detail: refusal.why };
    case "changed":
      return {
        status: 412,
        kind: "version-mismatch",
        title: "Version mismatch",
        detail: {
          zh: `登记已被他人修改(当前版本 ${refusal.current}),请刷新后重试`,
          en: `somebody has changed the entry (version ${refusal.current} now); reload and try again`,
        },
      };
  }
};

const versionMissing: ProblemFacts = {
  status: 428,
  kind: "version-required",
  title: "Version required",
  detail: {
    zh: '修改登记必须带 If-Match: "版本号"',
    en: 'changing an entry needs If-Match: "<version>"',
  },
};
