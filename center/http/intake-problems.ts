/** What the one intake answers when it cannot take a report. */
import type { Bilingual } from "#domain/result.ts";
import type { ProblemFacts } from "./problems.ts";

export const notProven: ProblemFacts = {
  status: 401,
  kind: "not-proven",
  title: "Not proven",
  detail: {
    zh: "签名不正确:请检查来源编号、密钥、时间戳、随机数和签名原文(见 docs/intake.md)",
    en: "the signature does not hold: check source, key, timestamp, nonce and what is signed (docs/intake.md)",
  },
};

export const clockOff = (offMs: number): ProblemFacts => ({
  status: 401,
  kind: "clock-off",
  title: "Clock off",
  detail: {
    zh: `时间戳与中心相差 ${Math.round(offMs / 1_000)} 秒,超过 5 分钟,请校时后重新签名`,
    en: `the timestamp is ${Math.round(offMs / 1_000)} s off the center's clock, more than 5 minutes; set your clock and sign again`,
  },
});

export const replayed: ProblemFacts = {
  status: 401,
  kind: "nonce-reused",
  title: "Nonce reused",
  detail: {
    zh: "随机数已用过,请为每次请求换一个",
    en: "this nonce was used before; take a new one for every request",
  },
};

export const idReused: ProblemFacts = {
  status: 409,
  kind: "id-reused",
  title: "Id reused",
  detail: {
    zh: "这个 id 已用于另一条内容不同的报事,请换一个 id",
    en: "this id was used for another report; choose another id",
  },
};

export const unreadable = (why: Bilingual): ProblemFacts => ({
  status: 422,
  kind: "report-unreadable",
  title: "Report unreadable",
  detail: why,
});

export const placeNotYours: ProblemFacts = {
  status: 422,
  kind: "place-unknown",
  title: "Place unknown",
  detail: {
    zh: "您的辖区内没有这个户号、点位、楼栋或区域,请重新选择",
    en: "there is no such home, point, building or area in your area; choose again",
  },
};

export const keysDisagree: ProblemFacts = {
  status: 503,
  kind: "intake-key-missing",
  title: "Intake key missing",
  detail: {
    zh: "本中心的 intake.key 与发放密钥时不一致:请从备份或另一中心恢复该文件",
    en: "this center's intake.key is not the one keys were made from: restore it from the backup or the other center",
  },
  retryAfterSeconds: 60,
};

export const linkOver: ProblemFacts = {
  status: 404,
  kind: "link-over",
  title: "Link over",
  detail: {
    zh: "链接无效或已过期。燃气泄漏、一氧化碳中毒请立即到室外拨打 119 / 120",
    en: "the link is not valid or has expired. Gas or carbon monoxide: go outside and call 119 / 120 now",
  },
};

export const tooManyReports: ProblemFacts = {
  status: 429,
  kind: "too-many-requests",
  title: "Too many requests",
  detail: {
    zh: "您的报事我们已经收到。情况紧急请立即到室外拨打 119 / 120",
    en: "your reports have reached us. If it is urgent, go outside and call 119 / 120 now",
  },
  retryAfterSeconds: 600,
};
