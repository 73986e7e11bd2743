import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildConsoleIfStale } from "./build-console.ts";

const dist = join(import.meta.dirname, "..", "dashboards", "console", "dist");

test("the page is built once and then found fresh; it asks nothing of any other server", async () => {
  await buildConsoleIfStale();
  expect(await buildConsoleIfStale()).toBe("fresh");

  const html = await readFile(join(dist, "index.html"), "utf8");
  const sources = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url);
  expect(sources.length).toBeGreaterThanOrEqual(3);
  for (const url of sources) expect(url).toMatch(/^\/[\w/.-]+$/);

  for (const name of await readdir(join(dist, "assets"))) {
    if (name.endsWith(".css"))
      expect(await readFile(join(dist, "assets", name), "utf8")).not.toMatch(/url\(|@import/);
  }
});
