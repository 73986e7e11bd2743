import type { Socket } from "node:net";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { LogController, type FastifyBaseLogger, type FastifyRequest } from "fastify";
import { isAnybodysDevice } from "../accounts/devices.ts";
import { hashToken } from "../accounts/tokens.ts";
import { addAccountRoutes } from "./account-routes.ts";
import { addAlarmRoutes } from "./alarm-routes.ts";
import { addClockRoutes } from "./clock-routes.ts";
import { addCommandRoutes } from "./command-routes.ts";
import { addEndAlarmRoute } from "./end-alarm-route.ts";
import type { App, HttpParts } from "./app.ts";
import { addAuditRoutes } from "./audit-routes.ts";
import { addCaseRoutes } from "./case-routes.ts";
import { addConsoleFiles, noSuchPath } from "./console-files.ts";
import { addDeskRoutes } from "./desk-routes.ts";
import { addEvidenceRoutes } from "./evidence-routes.ts";
import { addFigureRoutes } from "./figure-routes.ts";
import { addGatewayRoutes } from "./gateway-routes.ts";
import { addHealthRoutes } from "./health-routes.ts";
import { addHistoryRoutes } from "./history-routes.ts";
import { addImportRoutes } from "./import-routes.ts";
import { addIntakeRoutes } from "./intake-routes.ts";
import { describeRights, openApiDocument } from "./openapi.ts";
import { addPersonRoutes } from "./person-routes.ts";
import { addPersonKeepingRoutes } from "./person-keeping-routes.ts";
import {
  badRequest,
  problemBody,
  ProblemError,
  problemFrom,
  sendProblem,
  tooMany,
} from "./problems.ts";
import { refuseNul } from "./refuse-nul.ts";
import { findCaller, refuseUndecidedRoutes, requireStill, tokenIn } from "./require-session.ts";
import { addSecondFactorRoutes } from "./second-factor-routes.ts";
import { addPageRoutes } from "./page-routes.ts";
import { addRegisterRoutes } from "./register-routes.ts";
import { addSessionRoutes } from "./session-routes.ts";
import { addStreamRoute } from "./stream-route.ts";

const bodyBytesMax = 64 * 1024;
const connectionsMax = 4_000;
/** Long enough for a film from a stairwell; whoever never ends a request gives the connection back. */
const requestTimeoutMs = 300_000;

/** The center's HTTP side, not yet listening. */
export const createHttpServer = async (parts: HttpParts): Promise<App> => {
  const app = Fastify({
    ...(parts.logger === false
      ? { logger: false }
      : { loggerInstance: troublesOnly(parts.logger) }),
    // Requests are counted, not logged one by one.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    trustProxy: [...parts.trustedProxies],
    forceCloseConnections: true,
    // A number sent as text is a mistake to be told of, not to be guessed away.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
    routerOptions: { maxParamLength: 1_500 },
    clientErrorHandler: answerBrokenHttp,
    frameworkErrors: (error, request, reply) => {
      void sendProblem(reply, problemFrom(error, request));
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  // Twice as many as there may be live pages: sockets without end must not take the gateways'.
  app.server.maxConnections = connectionsMax;
  // A form on another site can send text without asking; JSON it cannot.
  app.removeContentTypeParser("text/plain");
  // Answers are checked against their schemas by tests; at work they go out as they are.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, request, reply) => sendProblem(reply, problemFrom(error, request)));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, noSuchPath));
  app.addHook("onRequest", refuseOtherSites);
  app.addHook("preValidation", refuseNul);
  app.addHook("preHandler", requireStill(parts));
  app.addHook("onResponse", (request, reply, done) => {
    parts.metrics.requests.observe(
      { route: request.routeOptions.url ?? "none", status: String(reply.statusCode) },
      reply.elapsedTime / 1_000,
    );
    done();
  });

  await app.register(helmet, headers);
  await app.register(rateLimit, {
    max: parts.requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => whoAsks(parts, request),
    errorResponseBuilder: (_request, context) =>
      new ProblemError(tooMany(Math.ceil(context.ttl / 1_000))),
  });
  await app.register(swagger, { openapi: openApiDocument, transform: describeRights });

  refuseUndecidedRoutes(app);
  addSessionRoutes(app, parts);
  addSecondFactorRoutes(app, parts);
  addAccountRoutes(app, parts);
  addPersonRoutes(app, parts);
  addPersonKeepingRoutes(app, parts);
  addAuditRoutes(app, parts);
  addDeskRoutes(app, parts);
  addStreamRoute(app, parts);
  addAlarmRoutes(app, parts);
  addEndAlarmRoute(app, parts);
  addCommandRoutes(app, parts);
  addCaseRoutes(app, parts);
  addPageRoutes(app, parts);
  addClockRoutes(app, parts);
  addFigureRoutes(app, parts);
  addGatewayRoutes(app, parts);
  addHistoryRoutes(app, parts);
  addRegisterRoutes(app, parts);
  await addImportRoutes(app, parts);
  await addIntakeRoutes(app, parts);
  await addEvidenceRoutes(app, parts);
  addHealthRoutes(app, parts);
  app.get("/api/openapi.json", { schema: { summary: "This document", tags: ["operation"] } }, () =>
    app.swagger(),
  );
  await addConsoleFiles(app, parts);
  return app;
};

/**
 * Whose requests are counted together. A whole office sits behind one address: neither who is logged
 * in nor a browser that somebody has logged in with, and comes to do so again, is held up by a
 * stranger there.
 */
const whoAsks = async (parts: HttpParts, request: FastifyRequest): Promise<string> => {
  const caller = await findCaller(parts, request);
  if (caller !== undefined) return JSON.stringify(["user", caller.user.name]);
  const token = tokenIn(request, "device");
  if (token === undefined) return request.ip;
  const nowMs = parts.clock.now().wallMs;
  const isKnown = await isAnybodysDevice(parts.store.db, { token, nowMs });
  return isKnown ? JSON.stringify(["device", hashToken(token)]) : request.ip;
};

/** What is not even HTTP gets an answer as well, then the connection ends. */
const answerBrokenHttp = (_error: Error, socket: Socket): void => {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemBody(badRequest));
  socket.end(
    "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n" +
      "content-type: application/problem+json; charset=utf-8\r\n" +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
};

/**
 * A browser says where a request comes from: what changes something must come from our own page.
 * With SameSite=Strict and JSON bodies this is the third lock against forged requests.
 */
const refuseOtherSites = async (request: FastifyRequest): Promise<void> => {
  const site = request.headers["sec-fetch-site"];
  if (request.method === "GET" || request.method === "HEAD" || site === undefined) return;
  if (site === "same-origin" || site === "none") return;
  throw new ProblemError({
    status: 403,
    kind: "other-site",
    title: "Request from another site",
    detail: {
      zh: "请求来自其他网站,已拒绝。请从值班台页面操作",
      en: "the request comes from another site and is refused; use the console",
    },
  });
};

/** Only our own files, and no upgrade to https: the street's network may have none. */
const headers = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      mediaSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      workerSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
} as const;

/** Fastify says by itself where it listens; the center has said so in both languages. */
const troublesOnly = (log: FastifyBaseLogger): FastifyBaseLogger =>
  log.level === "info" ? log.child({}, { level: "warn" }) : log;
