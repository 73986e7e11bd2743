/** Measures the colours instead of trusting them. Limits: WCAG 2.2 1.4.6 (7:1, large 4.5:1), 1.4.11 (3:1). */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const sheet = await readFile(
  new URL("../../dashboards/console/look/colors.css", import.meta.url),
  "utf8",
);

const palettes = [...sheet.matchAll(/:root[^{]*\{([^}]*)\}/g)].map(
  ([, body = ""]) =>
    new Map(
      [...body.matchAll(/--([\w-]+):\s*(#\w+)/g)].map(([, name = "", hex = ""]) => [name, hex]),
    ),
);

for (const [index, theme] of ["dark", "light"].entries()) {
  const colors = palettes[index] ?? new Map<string, string>();
  const contrast = (a: string, b: string): number => {
    const [light, dark] = [luminance(colors.get(a) ?? ""), luminance(colors.get(b) ?? "")].sort(
      (x, y) => y - x,
    );
    return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
  };

  test.each([
    ["ink", "ground", 13],
    ["ink", "surface", 13],
    ["ink-2", "ground", 7.5],
    ["ink-2", "surface", 7.5],
    ["focus", "ground", 5.6],
    ["focus", "surface", 5.6],
    ["p2-ink", "p2", 7],
    ["p3-ink", "p3", 7],
    ["p4-ink", "p4", 5.9],
    ["staged-ink", "staged", 7],
    // Large bold type only: `!!` and the banner.
    ["p1-ink", "p1", 4.5],
    ["line", "surface", 3],
    ["line", "ground", 3],
  ] as const)(`${theme}: %s on %s stands out %d to 1`, (a, b, least) => {
    expect(contrast(a, b)).toBeGreaterThanOrEqual(least);
  });
}

/** Relative luminance, WCAG 2.2. */
const luminance = (hex: string): number => {
  const full = hex.length === 4 ? hex.replace(/[^#]/g, "$&$&") : hex;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
