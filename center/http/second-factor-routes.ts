// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { passwordLengthMax } from "../accounts/passwords.ts";
import type { App, HttpParts } from "./app.ts";
import { loginRefusal } from "./login-refusal.ts";
import { ProblemError, problemResponses } from "./problems.ts";
import { qrCode } from "./qr-code.ts";
import { callerOf, requireSession, tokenIn } from "./require-session.ts";

const password = Type.String({ minLength: 1, maxLength: passwordLengthMax });
const code = Type.String({ pattern: "^[\\x20-\\x7e]{6,30}$" });
const closed = { additionalProperties: false };

/** A code from a phone beside the password: enrolling, confirming, removing. */
export const addSecondFactorRoutes = (app: App, parts: HttpParts): void => {
  addEnrolment(app, parts);
  addRemoval(app, parts);
};

const addEnrolment = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.post(
    "/api/v1/session/second-factor",
    {
      preParsing,
      schema: {
        summary: "Begin to enrol a phone 绑定手机验证码",
        description: "Show `qr`, which holds `uri`; then confirm with the first code.",
        tags: ["session"],
        body: Type.Object({ password }, closed),
        response: {
          200: Type.Object({
            secret: Type.String({ description: "Base32, to type in by hand" }),
            uri: Type.String({ description: "otpauth://" }),
            qr: Type.String({ description: "an SVG document: `uri` as a QR code" }),
          }),
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const begun = await parts.accounts.enrol({ ...asker(request), ...request.body });
      void reply.header("cache-control", "no-store");
      if (begun.ok) return { ...begun.value, qr: await qrCode(begun.value.uri) };
      if (begun.error.kind !== "enrolled") throw loginRefusal(begun.error, 403);
      throw new ProblemError(alreadyEnrolled);
    },
  );

  app.post(
    "/api/v1/session/second-factor/confirm",
    {
      preParsing,
      schema: {
        summary: "Confirm with the first code 确认绑定",
        tags: ["session"],
        body: Type.Object({ code }, closed),
        response: {
          200: Type.Object({
            recoveryCodes: Type.Array(Type.String(), {
              description: "each lets in once when the phone is lost; shown only now",
            }),
          }),
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const confirmed = await parts.accounts.confirmEnrolment({
        ...asker(request),
        ...request.body,
      });
      parts.broadcast.wake();
      if (!confirmed.ok) throw loginRefusal(confirmed.error, 403);
      void reply.header("cache-control", "no-store");
      return { recoveryCodes: [...confirmed.value] };
    },
  );
};

const addRemoval = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/session/second-factor/remove",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Remove my second factor 解除绑定",
        tags: ["session"],
        body: Type.Object({ password, code }, closed),
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const removed = await parts.accounts.removeSecondFactor({
        ...asker(request),
        ...request.body,
      });
      parts.broadcast.wake();
      if (!removed.ok) throw loginRefusal(removed.error, 403);
      return reply.code(204).send(null);
    },
  );
};

const asker = (request: FastifyRequest) => {
  const { token, user } = callerOf(request);
  return { token, user, source: request.ip, device: tokenIn(request, "device") };
};

const alreadyEnrolled = {
  status: 409,
  kind: "already-enrolled",
  title: "Already enrolled",
  detail: {
    zh: "已绑定手机验证码;换手机请先解除,手机丢失请联系管理员",
    en: "a phone is enrolled already; remove it first, or ask an administrator if it is lost",
  },
};
