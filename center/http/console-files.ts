import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { Bilingual } from "#domain/result.ts";
import type { App, HttpParts } from "./app.ts";
import { notFound, sendProblem } from "./problems.ts";

/** The console's built files at `/`; before it is built, a page that says how to build it. */
export const addConsoleFiles = async (app: App, parts: HttpParts): Promise<void> => {
  await app.register(fastifyStatic, {
    root: parts.consoleFolder,
    serve: false,
    cacheControl: false,
    dotfiles: "ignore",
  });

  app.get("/", { schema: { hide: true } }, (_request, reply) =>
    existsSync(join(parts.consoleFolder, "index.html"))
      ? reply.header("cache-control", "no-cache").sendFile("index.html")
      : reply.type("text/html; charset=utf-8").send(notBuilt(parts.streetName)),
  );
  app.get("/*", { schema: { hide: true } }, (request, reply) => {
    const path = pathOf(request.url);
    if (path.startsWith("api/")) return sendProblem(reply, noSuchPath);
    // Vite names these by their content: they never change.
    const forever = path.startsWith("assets/");
    return reply
      .header("cache-control", forever ? "public, max-age=31536000, immutable" : "no-cache")
      .sendFile(path);
  });
};

export const noSuchPath = notFound({
  zh: "没有这个地址。接口说明见 /api/openapi.json,值班台在 /",
  en: "there is no such address. The API is described at /api/openapi.json, the console is at /",
});

const pathOf = (url: string): string => {
  const [path = ""] = url.split("?");
  try {
    return decodeURIComponent(path).replace(/^\/+/, "");
  } catch {
    return ""; // not a path we could have: the empty name is not found
  }
};

const notBuilt = (street: Bilingual): string => `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Canary 金丝雀 · ${escapeHtml(street.zh)}</title>
<h1>${escapeHtml(street.zh)} · Canary 金丝雀</h1>
<p>中心正在运行,报警照常接收,但值班台页面尚未构建。请在安装目录运行 <code>npm start</code>,或 <code>npx vite build dashboards/console</code>,然后刷新本页。</p>
<p lang="en">The center of ${escapeHtml(street.en)} is running and takes in alarms, but its console has not been built. In the installation folder run <code>npm start</code>, or <code>npx vite build dashboards/console</code>, then reload this page.</p>
<p><a href="/api/openapi.json">/api/openapi.json</a> · <a href="/readyz">/readyz</a></p>
</html>
`;

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
