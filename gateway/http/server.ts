import fastify from "fastify";
import type { Registry } from "prom-client";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { explainListenError } from "#platform/listen-error.ts";
import type { Running } from "../ports.ts";
import { boardScript, boardStyle, renderBoard } from "./board.ts";
import type { ReadStatus } from "./status.ts";

export interface GatewayHttp extends Running {
  readonly port: number;
}

/** A few people on the local network; sockets without end would take the detectors' descriptors. */
const visitorsMax = 256;

/** The gateway's own page and API: `/`, `/api/v1/status`, `/metrics`, `/healthz`. */
export const openGatewayHttp = async (options: {
  readonly host: string;
  readonly port: number;
  readonly status: ReadStatus;
  readonly metrics: Registry;
}): Promise<Result<GatewayHttp, Bilingual>> => {
  const app = fastify({
    bodyLimit: 64 * 1_024,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    // Whoever never finishes a request must not keep the gateway from ending.
    forceCloseConnections: true,
  });
  app.server.maxConnections = visitorsMax;

  app.get("/api/v1/status", () => options.status());
  app.get("/healthz", () => ({ ok: true }));
  app.get("/metrics", async (_request, reply) =>
    reply.type(options.metrics.contentType).send(await options.metrics.metrics()),
  );
  app.get("/", (_request, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header(
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'",
      )
      .send(renderBoard(options.status())),
  );
  app.get("/board.css", (_request, reply) => reply.type("text/css").send(boardStyle));
  app.get("/board.js", (_request, reply) => reply.type("text/javascript").send(boardScript));

  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    return err(
      await explainListenError(error, options, "gateway.http.port / CANARY_GATEWAY_HTTP_PORT"),
    );
  }
  const address = app.server.address();
  return ok({
    port: typeof address === "object" && address !== null ? address.port : options.port,
    close: () => app.close(),
  });
};
