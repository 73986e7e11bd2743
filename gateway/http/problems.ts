import type { FastifyReply } from "fastify";
import type { Problem } from "#domain/desk.ts";
import type { Bilingual } from "#domain/result.ts";

/** What a caller is told: RFC 9457, in both languages. */
export interface ProblemFacts {
  readonly status: number;
  /** Last part of the problem's `type`: stable, for programs. */
  readonly kind: string;
  /** Short English name of the kind. */
  readonly title: string;
  readonly detail: Bilingual;
  /** Whole seconds after which to try again. */
  readonly retryAfterSeconds?: number;
}

export const sendProblem = (reply: FastifyReply, facts: ProblemFacts): FastifyReply => {
  const body: Problem = {
    type: `/problems/${facts.kind}`,
    title: facts.title,
    status: facts.status,
    detail: facts.detail.zh,
    detailEn: facts.detail.en,
  };
  if (facts.retryAfterSeconds !== undefined) {
    void reply.header("retry-after", String(facts.retryAfterSeconds));
  }
  return reply
    .code(facts.status)
    .header("cache-control", "no-store")
    .type("application/problem+json; charset=utf-8")
    .send(JSON.stringify(body));
};

export const problems = {
  notFound: {
    status: 404,
    kind: "not-found",
    title: "Not found",
    detail: { zh: "没有这个地址", en: "there is nothing at this address" },
  },
  invalid: {
    status: 400,
    kind: "invalid-request",
    title: "Invalid request",
    detail: { zh: "请求格式不对", en: "the request has the wrong form" },
  },
  broken: {
    status: 500,
    kind: "internal",
    title: "Internal error",
    detail: {
      zh: "网关内部出错,报警和蜂鸣器不受影响,请重试",
      en: "something went wrong inside the gateway; alarms and buzzers are not touched. Try again",
    },
  },
  foreignPage: {
    status: 403,
    kind: "foreign-page",
    title: "Not from our own page",
    detail: {
      zh: "只接受本网关看板自己发出的操作(需 X-Canary-Board: 1 和同源)",
      en: "only the gateway's own board may act here (X-Canary-Board: 1 and the same origin)",
    },
  },
  encryptedOnly: {
    status: 403,
    kind: "encrypted-page-needed",
    title: "Encrypted page needed",
    detail: {
      zh: "PIN 和卡只在加密页面(https)接受:在这里输入会被同一网络上的人听到",
      en: "a PIN or badge is taken on the encrypted page (https) only: here the network can overhear it",
    },
  },
  whoAreYou: {
    status: 401,
    kind: "pin-needed",
    title: "PIN or badge needed",
    detail: { zh: "请先输入 PIN 或刷卡", en: "show a PIN or a badge first" },
  },
  wrongPin: {
    status: 401,
    kind: "wrong-pin",
    title: "Not recognised",
    detail: {
      zh: "工号、PIN 或卡不对。忘记 PIN 请找管理员用 canary pin 重设",
      en: "name, PIN or badge is not right. A forgotten PIN is made anew with canary pin",
    },
  },
  notYours: {
    status: 403,
    kind: "not-permitted",
    title: "Not permitted",
    detail: {
      zh: "您在本网关没有这项权限,请找有权限的人员",
      en: "you may not do this at this gateway; ask somebody who may",
    },
  },
  noSuchDetector: {
    status: 404,
    kind: "no-such-detector",
    title: "No such detector",
    detail: {
      zh: "本网关没有这台探测器,或页面已过时。请看最新画面",
      en: "this gateway has no such detector, or the page is out of date. Look at it as it is now",
    },
  },
  noSuchHold: {
    status: 404,
    kind: "no-such-hold",
    title: "No such hold",
    detail: {
      zh: "没有这条到期提示:已看过,或页面已过时",
      en: "there is no such note: it has been seen, or the page is out of date",
    },
  },
  noSuchAlarm: {
    status: 404,
    kind: "no-such-alarm",
    title: "No such alarm",
    detail: {
      zh: "没有这条报警:已结束,或页面已过时。请看最新画面",
      en: "there is no such alarm: it is over, or the page is out of date. Look at it as it is now",
    },
  },
} as const satisfies Record<string, ProblemFacts>;

export const tooEarly = (seconds: number): ProblemFacts => ({
  status: 429,
  kind: "too-many-tries",
  title: "Too many tries",
  detail: {
    zh: `输错次数过多,请 ${seconds} 秒后再试;报警不受影响`,
    en: `too many wrong tries; try again in ${seconds} s. Alarms are not touched`,
  },
  retryAfterSeconds: seconds,
});

export const refusedBecause = (detail: Bilingual): ProblemFacts => ({
  status: 409,
  kind: "refused",
  title: "Refused",
  detail,
});
