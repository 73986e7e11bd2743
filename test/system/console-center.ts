/**
 * A center for the duty page's own tests: serves the built page, speaks the API of `domain/desk.ts`,
 * and does on demand what a test needs: falls silent, cuts the line, lets another seat be faster.
 * The page's policy (CSP) is as strict as the real center's.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { Desk, DeskAlarm, DeskEvent, DeskGateway, StreetView } from "#domain/desk.ts";

const dist = join(import.meta.dirname, "..", "..", "dashboards", "console", "dist");

export interface Signature {
  readonly episode: string;
  readonly ifMatch: string | undefined;
  readonly key: string | undefined;
}

export interface TestCenter {
  readonly url: string;
  readonly signatures: readonly Signature[];
  /** What happens next at the center: stored and told to every page that follows, unless too late. */
  readonly tell: (
    event: Exclude<DeskEvent, { readonly kind: "heartbeat" }>,
    tellPages?: boolean,
  ) => void;
  /** Another seat signs; without `tellPages` the pages do not hear of it in time. */
  readonly signBy: (episode: string, name: string, tellPages?: boolean) => void;
  /** Streams stay open and say nothing: a half-open line. */
  readonly fallSilent: () => void;
  /** Every connection is cut and new ones are refused. */
  readonly cutLine: () => void;
  readonly mend: () => void;
  /** The next signature is taken in, but its answer is lost. */
  readonly loseNextAnswer: () => void;
  readonly endSessions: () => void;
  readonly nowMs: () => number;
  readonly close: () => Promise<void>;
}

interface Options {
  readonly heartbeatMs?: number;
  readonly mustChangePassword?: boolean;
}

export const openTestCenter = async (options: Options = {}): Promise<TestCenter> => {
  const heartbeatMs = options.heartbeatMs ?? 5_000;
  let mustChangePassword = options.mustChangePassword ?? false;
  let line: "up" | "silent" | "cut" = "up";
  let loseAnswer = false;
  const sessions = new Map<string, string>();
  const alarms = new Map<string, DeskAlarm>();
  const gateways = new Map<string, DeskGateway>();
  const street = new Map<string, StreetView>();
  const told: { readonly id: number; readonly text: string }[] = [];
  const streams = new Set<ServerResponse>();
  const signatures: Signature[] = [];

  const tell: TestCenter["tell"] = (event, tellPages = true) => {
    if (event.kind === "alarm") alarms.set(event.data.episode, event.data);
    else if (event.kind === "street") street.set(event.data.id, event.data);
    else gateways.set(event.data.id, event.data);
    if (!tellPages) return;
    const id = told.length + 1;
    const text = `event: ${event.kind}\nid: ${id}\ndata: ${JSON.stringify(event.data)}\n\n`;
    told.push({ id, text });
    if (line === "up") for (const stream of streams) stream.write(text);
  };

  const accept = (episode: string, name: string): DeskAlarm => {
    const before = alarms.get(episode);
    if (before === undefined) throw new Error(`no alarm ${episode}`);
    const work = before.case;
    const signed: DeskAlarm = {
      ...before,
      case: {
        ...work,
        state: "accepted",
        version: work.version + 1,
        acceptedBy: name,
        acceptedAtMs: Date.now(),
      },
    };
    alarms.set(episode, signed);
    return signed;
  };

  const sign = (request: IncomingMessage, response: ServerResponse, user: string): void => {
    const episode = decodeURIComponent(request.url?.split("/")[4] ?? "");
    const ifMatch = request.headers["if-match"];
    const key = request.headers["idempotency-key"];
    const repeat = signatures.some((earlier) => earlier.key === key);
    signatures.push({ episode, ifMatch, key: typeof key === "string" ? key : undefined });
    const current = alarms.get(episode);
    if (current === undefined)
      return answer(response, 404, problem(404, "没有这条报警", "no such alarm"));
    if (!repeat && ifMatch !== `"${current.case.version}"`)
      return answer(response, 409, { ...problem(409, "已有变化", "it has changed"), current });
    const signed = repeat ? current : accept(episode, user);
    if (loseAnswer) {
      loseAnswer = false;
      // Half an answer: a line cut before any answer is repeated by the browser itself.
      response.writeHead(200, { "Content-Length": "1000" });
      response.write("{", () => response.destroy());
      return;
    }
    answer(response, 200, signed);
    if (!repeat) tell({ kind: "alarm", data: signed });
  };

  const openStream = (request: IncomingMessage, response: ServerResponse): void => {
    const after = Number(new URL(request.url ?? "", "http://x").searchParams.get("after"));
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(":\n\n");
    if (line === "up") for (const event of told) if (event.id > after) response.write(event.text);
    streams.add(response);
    response.on("close", () => streams.delete(response));
  };

  const beat = setInterval(() => {
    if (line !== "up") return;
    for (const stream of streams)
      stream.write(`event: heartbeat\ndata: ${JSON.stringify({ nowMs: Date.now() })}\n\n`);
  }, heartbeatMs);

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url = "" } = request;
    if (!url.startsWith("/api/")) return servePage(url, response, heartbeatMs);
    const session = /session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
    const user = sessions.get(session);

    if (method === "POST" && url === "/api/v1/session") {
      const { username, password } = JSON.parse(await readBody(request));
      if (password !== "right")
        return answer(
          response,
          401,
          problem(401, "用户名或密码不对。", "Wrong user name or password."),
        );
      const id = randomUUID();
      sessions.set(id, username);
      response.setHeader("Set-Cookie", `session=${id}; HttpOnly; SameSite=Strict; Path=/`);
      return answer(response, 200, { user: { name: username, mustChangePassword } });
    }
    if (user === undefined)
      return answer(response, 401, problem(401, "请先登录。", "Log in first."));
    if (url === "/api/v1/session/password") {
      if (JSON.parse(await readBody(request)).current !== "right")
        return answer(response, 401, problem(401, "当前密码不对。", "Wrong current password."));
      mustChangePassword = false;
      return answer(response, 204);
    }
    if (url === "/api/v1/session" && method === "DELETE") {
      sessions.delete(session);
      return answer(response, 204);
    }
    if (url === "/api/v1/session")
      return answer(response, 200, { user: { name: user, mustChangePassword } });
    if (url === "/api/v1/desk") {
      const desk: Desk = {
        eventId: told.length,
        nowMs: Date.now(),
        alarms: [...alarms.values()],
        gateways: [...gateways.values()],
        street: [...street.values()],
      };
      return answer(response, 200, desk);
    }
    // Cases have a test of their own, against the real center.
    if (url.startsWith("/api/v1/cases?") || url.startsWith("/api/v1/pages?"))
      return answer(response, 200, { items: [] });
    if (url.startsWith("/api/v1/stream")) return openStream(request, response);
    if (url.endsWith("/sign")) return sign(request, response, user);
    return answer(response, 404, problem(404, "没有这个地址", "no such address"));
  };

  const server = createServer((request, response) => {
    if (line === "cut") {
      request.socket.destroy();
      return;
    }
    serve(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/`,
    signatures,
    tell,
    signBy: (episode, name, tellPages = true) => {
      const signed = accept(episode, name);
      if (tellPages) tell({ kind: "alarm", data: signed });
    },
    fallSilent: () => (line = "silent"),
    cutLine: () => {
      line = "cut";
      server.closeAllConnections();
    },
    mend: () => (line = "up"),
    loseNextAnswer: () => (loseAnswer = true),
    endSessions: () => {
      sessions.clear();
      server.closeAllConnections();
    },
    nowMs: () => Date.now(),
    close: async () => {
      clearInterval(beat);
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

const servePage = async (
  url: string,
  response: ServerResponse,
  heartbeatMs: number,
): Promise<void> => {
  const file = url === "/" ? "/index.html" : url;
  let body: string;
  try {
    body = await readFile(join(dist, file), "utf8");
  } catch {
    // Not part of the page.
    return answer(response, 404);
  }
  response.writeHead(200, {
    "Content-Type": types[extname(file)] ?? "application/octet-stream",
    "Content-Security-Policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  });
  // A center with a faster heart says so in the page's head, and the page's patience follows.
  response.end(body.replace('content="5000"', `content="${heartbeatMs}"`));
};

const problem = (status: number, detail: string, detailEn: string): object => ({
  type: "about:blank",
  title: String(status),
  status,
  detail,
  detailEn,
});

const answer = (response: ServerResponse, status: number, body?: object): void => {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(body && JSON.stringify(body));
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
};
