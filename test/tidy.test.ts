/** The house rules no linter knows: which room may import which, and what must not stand in a file. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

/** Room → rooms it may import, besides itself. Tests and tools may import anything. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  "firmware-config": ["domain"],
  rules: ["domain"],
  platform: ["domain"],
  gateway: ["rules", "firmware-config", "platform", "domain"],
  center: ["rules", "platform", "domain"],
  dashboards: ["domain"],
};
const pureRooms = new Set(["domain", "rules", "firmware-config"]);
/** Packages a pure room may use: a schema language and nothing that touches the world. */
const purePackages = new Set(["typebox"]);

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly isTest: boolean;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources = (): readonly SourceFile[] =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.tsx"])
    .toString()
    .trim()
    .split("\n")
    .filter((path) => existsSync(path))
    .map((path) => {
      const text = readFileSync(path, "utf8");
      return {
        path,
        room: path.split("/")[0] ?? "",
        isTest: /\.(test|contract|simulate|testing)\.tsx?$/.test(path) || path.startsWith("test/"),
        text,
        imports: [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
          ([, name]) => name ?? "",
        ),
      };
    });

/** The room an import points into; undefined for packages and Node's own modules. */
const roomOf = (file: string, target: string): string | undefined => {
  if (target.startsWith("#")) return target.slice(1).split("/")[0];
  if (target.startsWith(".")) return normalize(join(dirname(file), target)).split("/")[0];
  return undefined;
};

/** Imports against the arrows: `file → target`. */
const wrongArrows = (files: readonly SourceFile[]): string[] =>
  files.flatMap(({ path, room, isTest, imports }) => {
    const allowed = arrows[room];
    if (allowed === undefined || isTest) return [];
    return imports
      .filter((target) => {
        const other = roomOf(path, target);
        return other !== undefined && other !== room && !allowed.includes(other);
      })
      .map((target) => `${path} → ${target}`);
  });

const planted = (path: string, target: string): SourceFile => ({
  path,
  room: path.split("/")[0] ?? "",
  isTest: false,
  text: "",
  imports: [target],
});

/** Everything a module loads at once, files of this tree and packages; types are no imports. */
const loadedBy = (entry: string, files: ReadonlyMap<string, string>): ReadonlySet<string> => {
  const loaded = new Set<string>();
  const visit = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    const text = files.get(path) ?? "";
    for (const [, target = ""] of text.matchAll(
      /^(?:import|export)\s(?!type\s)[^"';]*?"([^"]+)"/gm,
    )) {
      if (target.startsWith("#")) visit(target.slice(1));
      else if (target.startsWith(".")) visit(normalize(join(dirname(path), target)));
      else loaded.add(target);
    }
  };
  visit(entry);
  return loaded;
};

describe("imports point one way", () => {
  test("in every file", () => {
    expect(wrongArrows(sources())).toEqual([]);
  });

  test("and a wrong one is found, by room name and by path", () => {
    expect(wrongArrows([planted("rules/x.ts", "#gateway/ports.ts")])).toHaveLength(1);
    expect(wrongArrows([planted("gateway/x.ts", "../center/main.ts")])).toHaveLength(1);
    expect(wrongArrows([planted("center/x.ts", "#gateway/ports.ts")])).toHaveLength(1);
    expect(wrongArrows([planted("gateway/x.ts", "#rules/step.ts")])).toHaveLength(0);
  });

  test("and the pure rooms use no package that touches the world", () => {
    const packages = sources()
      .filter(({ room, isTest }) => pureRooms.has(room) && !isTest)
      .flatMap(({ path, imports }) =>
        imports
          .filter((name) => !name.startsWith(".") && !name.startsWith("#"))
          .filter((name) => !purePackages.has(name.split("/")[0] ?? ""))
          .map((name) => `${path} → ${name}`),
      );
    expect(packages).toEqual([]);
  });
});

test("the gateway's writer threads load no schemas: a start waits for them while gas may stand", () => {
  const files = new Map(sources().map(({ path, text }) => [path, text]));
  for (const thread of ["gateway/journal/journal-worker.ts", "gateway/telemetry/store-worker.ts"]) {
    const loaded = loadedBy(thread, files);
    expect(loaded).toContain("better-sqlite3");
    expect([...loaded].filter((name) => name.startsWith("typebox"))).toEqual([]);
  }
  expect([...loadedBy("domain/wire.ts", files)]).toContain("typebox");
});

describe("a file", () => {
  test("names no unfinished work, no focused or skipped test without a name for the reason", () => {
    const found = sources()
      .filter(({ path }) => path !== "test/tidy.test.ts")
      .filter(({ text }) =>
        /\b(TODO|FIXME|XXX)\b|\b(test|describe|it)\.only\(|@ts-ignore/.test(text),
      )
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });

  test("cites only documents that are there", () => {
    const missing = sources().flatMap(({ path, text }) =>
      [...text.matchAll(/\bdocs\/[a-z\d./-]+\.(?:md|json|yaml)\b/g)]
        .map(([cited]) => cited)
        .filter((cited) => !existsSync(cited))
        .map((cited) => `${path}: ${cited}`),
    );
    expect(missing).toEqual([]);
  });

  test("that brands numbers or names is domain/quantity.ts or domain/ids.ts", () => {
    const found = sources()
      .filter(({ path, isTest }) => !isTest && !/^domain\/(quantity|ids)\.ts$/.test(path))
      .filter(({ text }) =>
        /\bas (Ppm|PercentLel|DurationMs|EpochMs|MonoMs|DetectorId|EventId|EpisodeId|GatewayId)\b/.test(
          text,
        ),
      )
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });
});
