import { readFileSync } from "node:fs";
import type { RequestListener, Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { Registry } from "prom-client";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { explainListenError } from "#platform/listen-error.ts";
import type { ReportFault, Running } from "../ports.ts";
import { renderBoard, type Viewer } from "./board.ts";
import { addDeedRoutes } from "./deed-routes.ts";
import type { DeedParts } from "./deeds.ts";
import { addHoldRoutes } from "./hold-routes.ts";
import { maskStatus } from "./masked.ts";
import { problems, sendProblem } from "./problems.ts";
import {
  isOverheard,
  openSecurePage,
  secureUrl,
  type Certificate,
  type SecurePage,
} from "./secure-page.ts";
import type { GatewayStatus, ReadStatus } from "./status.ts";
import { isLocal, visitOf } from "./visitor.ts";

export interface GatewayHttp extends Running {
  readonly port: number;
}

export interface GatewayHttpOptions extends Omit<DeedParts, "securePort"> {
  readonly host: string;
  readonly port: number;
  readonly secure?: SecurePage;
  readonly reportFault: ReportFault;
  readonly status: ReadStatus;
  readonly metrics: Registry;
}

/** A few people on the local network; sockets without end would take the detectors' descriptors. */
const visitorsMax = 256;

/** The gateway's own page and API: `/`, `/api/v1/…`, `/metrics`, `/healthz`. */
export const openGatewayHttp = async (
  options: GatewayHttpOptions,
): Promise<Result<GatewayHttp, Bilingual>> => {
  const { host, secure, reportFault } = options;
  let secureApp: FastifyInstance | undefined;
  const securePort = await openSecurePage(secure, reportFault, async (certificate, port) => {
    secureApp = createGatewayApp(options, certificate);
    await secureApp.listen({ host, port });
    return portOf(secureApp) ?? port;
  });
  const app = createGatewayApp({ ...options, ...(securePort !== undefined && { securePort }) });
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await secureApp?.close();
    return err(
      await explainListenError(error, options, "gateway.http.port / CANARY_GATEWAY_HTTP_PORT"),
    );
  }
  return ok({
    port: portOf(app) ?? options.port,
    close: async () => {
      await Promise.all([app.close(), secureApp?.close()]);
    },
  });
};

const portOf = (app: FastifyInstance): number | undefined => {
  const address = app.server.address();
  return typeof address === "object" && address !== null ? address.port : undefined;
};

type AppParts = DeedParts & Pick<GatewayHttpOptions, "status" | "metrics">;

/** The same without a socket; with a certificate, encrypted. */
export const createGatewayApp = (options: AppParts, certificate?: Certificate) => {
  const serverFactory =
    certificate && ((handler: RequestListener): Server => createTlsServer(certificate, handler));
  const app = fastify({
    ...(serverFactory && { serverFactory }),
    bodyLimit: 16 * 1_024,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    // An episode's name is longer than the router allows by itself.
    routerOptions: { maxParamLength: 400 },
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    // Whoever never finishes a request must not keep the gateway from ending.
    forceCloseConnections: true,
  });
  app.server.maxConnections = visitorsMax;
  app.addHook("onSend", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff").header("referrer-policy", "no-referrer");
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problems.notFound));
  app.setErrorHandler((error, _request, reply) =>
    sendProblem(reply, isTheirs(error) ? problems.invalid : problems.broken),
  );

  app.get("/healthz", () => ({ ok: true }));
  app.get("/metrics", async (_request, reply) =>
    reply.type(options.metrics.contentType).send(await options.metrics.metrics()),
  );
  addBoard(app, options);
  addDeedRoutes(app, options);
  addHoldRoutes(app, options);
  return app;
};

const addBoard = (app: FastifyInstance, { status, visits, people, securePort }: AppParts): void => {
  /** Flats are for this machine and for those who have shown who they are. */
  const see = (
    request: FastifyRequest,
  ): { person?: string; shown: GatewayStatus; masked: boolean } => {
    const visit = isOverheard(request, securePort) ? undefined : visitOf(visits, request);
    const masked = visit === undefined && !isLocal(request);
    const whole = status();
    const shown = masked ? maskStatus(whole) : whole;
    return { shown, masked, ...(visit && { person: visit.person.name }) };
  };

  app.get("/api/v1/status", (request, reply) =>
    reply.header("cache-control", "no-store").send(see(request).shown),
  );
  app.get<{ Querystring: { lang?: string } }>("/", (request, reply) => {
    const { shown, ...who } = see(request);
    const viewer: Viewer = {
      ...who,
      language: languageOf(request.query.lang, request.headers["accept-language"]),
      canIdentify: people.count > 0,
      ...(securePort !== undefined &&
        isOverheard(request, securePort) && { secureUrl: secureUrl(request, securePort) }),
    };
    return reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", contentPolicy)
      .header("cache-control", "no-store")
      .send(renderBoard(shown, viewer));
  });
  for (const { path, type, text } of pageFiles()) {
    app.get(path, (_request, reply) =>
      reply.type(type).header("cache-control", "max-age=60").send(text),
    );
  }
};

const contentPolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const pageFiles = () =>
  Object.entries({
    "/board.css": "text/css; charset=utf-8",
    "/board.js": "text/javascript; charset=utf-8",
  }).map(([path, type]) => ({
    path,
    type,
    text: readFileSync(join(import.meta.dirname, "page", path), "utf8"),
  }));

/** Chinese unless asked otherwise by link, or by a browser that does not want Chinese. */
const languageOf = (asked: string | undefined, accepted = "zh"): Viewer["language"] => {
  if (asked === "en" || asked === "zh") return asked;
  return /\bzh\b/i.test(accepted) || !/\ben\b/i.test(accepted) ? "zh" : "en";
};

/** A body that is none, or too large: their mistake, not ours. */
const isTheirs = (error: unknown): boolean =>
  error instanceof Error &&
  "statusCode" in error &&
  typeof error.statusCode === "number" &&
  error.statusCode < 500;
