import type { FastifyRequest } from "fastify";
import { badRequest, ProblemError } from "./problems.ts";

/**
 * A hook for every route: a text with U+0000 in it is nobody's, and PostgreSQL takes none. What
 * comes in as bytes, the signed intake and files, is read and judged where it is taken in.
 */
export const refuseNul = async ({ params, query, body }: FastifyRequest): Promise<void> => {
  if (!hasNul([params, query, Buffer.isBuffer(body) ? undefined : body])) return;
  throw new ProblemError({
    ...badRequest,
    detail: {
      zh: "请求中含有空字符(U+0000),请删除后重试",
      en: "the request holds a null character (U+0000); remove it and try again",
    },
  });
};

/** By a list of what is left to look at: a body may be nested deeper than calls can be. */
const hasNul = (given: unknown): boolean => {
  const left = [given];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === "string" && one.includes("\0")) return true;
    if (typeof one !== "object" || one === null) continue;
    for (const [name, value] of Object.entries(one)) left.push(name, value);
  }
  return false;
};
