/** Who asks: from which machine, through which page, and whether they have shown a PIN or badge. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Visit, Visits } from "../people/visits.ts";

const cookieName = "canary_board";

/** A visit lasts half an hour at most; the server decides, the cookie only must not end before. */
const cookieLastsSeconds = 1_800;

/**
 * This very machine: whoever is on it can read the site file anyway. Not so through a proxy, behind
 * which everybody seems to be here.
 */
export const isLocal = ({ ip, headers }: FastifyRequest): boolean =>
  (ip === "::1" || /^(::ffff:)?127\./.test(ip)) &&
  headers["x-forwarded-for"] === undefined &&
  headers.forwarded === undefined;

/**
 * A deed must come from our own page: a header no foreign form can send, and, where the browser
 * says from where it comes, the same origin.
 */
export const isOwnPage = ({ headers }: FastifyRequest): boolean => {
  if (headers["x-canary-board"] !== "1") return false;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return false;
  const { origin, host } = headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
};

export const tokenIn = ({ headers }: FastifyRequest): string | undefined =>
  headers.cookie
    ?.split(";")
    .map((part) => part.trim().split("="))
    .find(([name]) => name === cookieName)?.[1];

export const visitOf = (
  visits: Visits,
  request: FastifyRequest,
  touch?: "touch",
): Visit | undefined => {
  const token = tokenIn(request);
  return token === undefined ? undefined : visits.find(token, touch);
};

/** `undefined` takes it away. Strict: no other site's page can use it. */
export const setCookie = (reply: FastifyReply, token: string | undefined): FastifyReply =>
  reply.header(
    "set-cookie",
    // What was earned on the encrypted page must not be sent in the open.
    `${cookieName}=${token ?? ""}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${token === undefined ? 0 : cookieLastsSeconds}${reply.request.protocol === "https" ? "; Secure" : ""}`,
  );
