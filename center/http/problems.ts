import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { DeskAlarmSchema, ProblemSchema, type DeskAlarm, type Problem } from "#domain/desk.ts";
import type { CaseView } from "#domain/case-view.ts";
import type { Bilingual } from "#domain/result.ts";

/** What a caller is told: RFC 9457, in both languages, and nothing of our insides. */
export interface ProblemFacts {
  readonly status: number;
  /** Last part of the problem's `type`: stable, for programs. */
  readonly kind: string;
  /** Short English name of the kind. */
  readonly title: string;
  readonly detail: Bilingual;
  /** Whole seconds after which to try again. */
  readonly retryAfterSeconds?: number;
  /** The state that somebody else was first to change. */
  readonly current?: DeskAlarm | CaseView;
}

/** Thrown by routes, turned into an answer in one place. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly facts: ProblemFacts;

  constructor(facts: ProblemFacts) {
    super(facts.title);
    this.facts = facts;
  }
}

export const ConflictSchema = Type.Intersect([
  ProblemSchema,
  Type.Object({ current: Type.Optional(DeskAlarmSchema) }),
]);

const problemContent = (
  description: string,
  schema: typeof ProblemSchema | typeof ConflictSchema,
) => ({
  description,
  content: { "application/problem+json": { schema } },
});

/** For a route's `response`: the problems every route can answer with. */
export const problemResponses = {
  "4xx": problemContent("The request cannot be fulfilled; `detail` says why", ProblemSchema),
  "5xx": problemContent("The center cannot answer now", ProblemSchema),
};

export const conflictResponses = {
  409: problemContent("Somebody was first; `current` is how it stands", ConflictSchema),
  412: problemContent("The version is not the current one", ConflictSchema),
};

export const sendProblem = (reply: FastifyReply, facts: ProblemFacts): FastifyReply => {
  if (facts.retryAfterSeconds !== undefined) {
    void reply.header("retry-after", String(facts.retryAfterSeconds));
  }
  // A string on purpose: the body is the same whatever schema the route declares for the status.
  return reply
    .code(facts.status)
    .header("cache-control", "no-store")
    .type("application/problem+json; charset=utf-8")
    .send(JSON.stringify(problemBody(facts)));
};

export const problemBody = (facts: ProblemFacts): Problem & Pick<ProblemFacts, "current"> => ({
  type: `/problems/${facts.kind}`,
  title: facts.title,
  status: facts.status,
  detail: facts.detail.zh,
  detailEn: facts.detail.en,
  ...(facts.current !== undefined && { current: facts.current }),
});

/** Turns whatever was thrown into a problem. What we did not expect is logged, not told. */
export const problemFrom = (error: unknown, request: FastifyRequest): ProblemFacts => {
  if (error instanceof ProblemError) return error.facts;
  const { statusCode, code, validation, validationContext } = partsOf(error);
  if (validation !== undefined) return invalid(validationContext ?? "request", validation);
  const known = code === undefined ? undefined : byFastifyCode[code];
  if (known !== undefined) return known;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return badRequest;
  request.log.error(error);
  return isDatabaseTrouble(error) ? databaseAway : internal;
};

interface ErrorParts {
  readonly statusCode?: number;
  readonly code?: string;
  readonly validation?: string;
  readonly validationContext?: string;
}

const partsOf = (error: unknown): ErrorParts => {
  if (!(error instanceof Error)) return {};
  const statusCode = "statusCode" in error ? error.statusCode : undefined;
  const code = "code" in error ? error.code : undefined;
  const context = "validationContext" in error ? error.validationContext : undefined;
  return {
    ...(typeof statusCode === "number" && { statusCode }),
    ...(typeof code === "string" && { code }),
    ...("validation" in error && { validation: error.message }),
    ...(typeof context === "string" && { validationContext: context }),
  };
};

const invalid = (context: string, message: string): ProblemFacts => ({
  status: 400,
  kind: "invalid-request",
  title: "Invalid request",
  detail: {
    zh: `请求不符合接口要求(${context}):${message.slice(0, 300)}。请对照 /api/openapi.json`,
    en: `the request does not meet the API (${context}): ${message.slice(0, 300)}. See /api/openapi.json`,
  },
});

export const keyReused: ProblemFacts = {
  status: 422,
  kind: "idempotency-key-reused",
  title: "Idempotency key reused",
  detail: {
    zh: "此 Idempotency-Key 已用于另一次操作,请换一个",
    en: "this Idempotency-Key was used for something else; choose another",
  },
};

export const badRequest: ProblemFacts = {
  status: 400,
  kind: "bad-request",
  title: "Bad request",
  detail: {
    zh: "请求无法识别,请检查地址、请求头和 JSON 内容",
    en: "the request cannot be read; check address, headers and JSON",
  },
};

const internal: ProblemFacts = {
  status: 500,
  kind: "internal",
  title: "Internal error",
  detail: {
    zh: "中心内部出错,已记录日志。请重试;若反复出现请联系维护人员",
    en: "the center failed inside; it is in the log. Try again, and call maintenance if it repeats",
  },
};

const databaseAway: ProblemFacts = {
  status: 503,
  kind: "database-unavailable",
  title: "Database unavailable",
  detail: {
    zh: "中心数据库暂时不可用,报警由网关保存并重发。请检查数据库和磁盘",
    en: "the center's database is not available; gateways keep their alarms and send them again. Check database and disk",
  },
  retryAfterSeconds: 5,
};

/** SQLite errors carry SQLITE_…, PostgreSQL ones a five-character state, a lost connection an E…. */
const isDatabaseTrouble = (error: unknown): boolean => {
  const { code } = partsOf(error);
  return code !== undefined && /^(SQLITE_|[0-9A-Z]{5}$|ECONN|ETIMEDOUT|EPIPE)/.test(code);
};

export const tooMany = (retryAfterSeconds: number): ProblemFacts => ({
  status: 429,
  kind: "too-many-requests",
  title: "Too many requests",
  detail: {
    zh: `请求过于频繁,请 ${retryAfterSeconds} 秒后再试`,
    en: `too many requests; try again in ${retryAfterSeconds} s`,
  },
  retryAfterSeconds,
});

export const notFound = (what: Bilingual): ProblemFacts => ({
  status: 404,
  kind: "not-found",
  title: "Not found",
  detail: what,
});

const tooLarge: ProblemFacts = {
  status: 413,
  kind: "too-large",
  title: "Too large",
  detail: { zh: "请求内容过大,上限 64 KB", en: "the request is too large, 64 KB at most" },
};

const fileTooLarge: ProblemFacts = {
  status: 413,
  kind: "too-large",
  title: "Too large",
  detail: {
    zh: "上传的文件过大,请压缩或分成几个文件",
    en: "the uploaded file is too large; compress or split it",
  },
};

const wrongMediaType: ProblemFacts = {
  status: 415,
  kind: "wrong-media-type",
  title: "Wrong media type",
  detail: {
    zh: "请求内容必须是 application/json",
    en: "the request body must be application/json",
  },
};

const byFastifyCode: Readonly<Record<string, ProblemFacts>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: tooLarge,
  FST_REQ_FILE_TOO_LARGE: fileTooLarge,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: wrongMediaType,
};
