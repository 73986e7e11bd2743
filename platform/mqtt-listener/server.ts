/** The socket side: one TCP or TLS port, connections counted, paced and limited before MQTT begins. */
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { MqttLimits } from "./limits.ts";
import { addressOf, createPacer, createStrangers, plainAddress } from "./pacing.ts";
import { explainListenError } from "../listen-error.ts";

export interface ServerOptions {
  /** Where the port is configured, for the words of an error. */
  readonly setting: string;
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsFiles;
  readonly limits: MqttLimits;
  readonly nowMs: () => number;
  /** `admitted` says that its owner is known: it no longer counts as a stranger. */
  readonly onConnection: (socket: Socket, admitted: () => void) => void;
  readonly onRefused: (reason: "connection-flood" | "tls", address: string, cause?: string) => void;
}

/** PEM texts. With `ca`, clients must show a certificate it has signed. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

export interface PacedServer {
  readonly port: number;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** Kernel probes find a peer that lost its power; the keep-alive of MQTT finds one that hangs. */
const probeAfterMs = 60_000;

export const openServer = async (
  options: ServerOptions,
): Promise<Result<PacedServer, Bilingual>> => {
  const strangers = createStrangers(options.limits.strangersPerAddress);
  const connected = (socket: Socket): void =>
    options.onConnection(socket, () => strangers.admitted(socket));
  const secure = options.tls === undefined ? undefined : openTls(options.tls, options, connected);
  if (secure?.ok === false) return secure;
  const enter = (socket: Socket): void => {
    if (secure === undefined) connected(socket);
    else secure.value.emit("connection", socket);
  };
  const pace = createPacer(options.limits.connectionsPerSecond, options.nowMs);
  const waiting = new Set<Socket>();

  const server = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: probeAfterMs },
    (socket) => {
      if (!strangers.add(socket)) {
        options.onRefused("connection-flood", addressOf(socket));
        socket.destroy();
        return;
      }
      waiting.add(socket);
      const ignore = (): void => undefined;
      socket.on("error", ignore);
      pace.run(() => {
        waiting.delete(socket);
        if (socket.destroyed) return;
        enter(socket);
        socket.off("error", ignore);
      });
    },
  );
  server.maxConnections = options.limits.connections;
  server.on("drop", (drop) =>
    options.onRefused("connection-flood", plainAddress(drop?.remoteAddress)),
  );

  const bound = await listen(server, options);
  if (!bound.ok) return bound;
  return ok({
    port: bound.value,
    connections: strangers.connections,
    close: async () => {
      pace.stop();
      for (const socket of waiting) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        strangers.destroyAll();
      });
    },
  });
};

const openTls = (
  tls: TlsFiles,
  options: ServerOptions,
  onConnection: (socket: Socket) => void,
): Result<TlsServer, Bilingual> => {
  try {
    const server = createTlsServer({
      cert: tls.cert,
      key: tls.key,
      ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
      minVersion: "TLSv1.2",
      handshakeTimeout: options.limits.connectTimeoutMs,
    });
    server.on("secureConnection", onConnection);
    server.on("tlsClientError", (error, socket) => {
      options.onRefused("tls", addressOf(socket), error.message);
    });
    return ok(server);
  } catch (error) {
    return err({
      zh: `MQTT 的 TLS 证书或私钥无法使用:${String(error)};请检查配置中的证书文件`,
      en: `the TLS certificate or key for MQTT cannot be used: ${String(error)}; check the certificate files in the configuration`,
    });
  }
};

const listen = (
  server: Server,
  { host, port, setting }: ServerOptions,
): Promise<Result<number, Bilingual>> =>
  new Promise((resolve) => {
    server.once("error", (error) => {
      void explainListenError(error, { host, port }, setting).then((text) => resolve(err(text)));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(ok(typeof address === "object" && address !== null ? address.port : port));
    });
  });
