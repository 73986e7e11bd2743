import { play } from "#test/simulate/play.ts";
import { writeScript, faultClasses } from "#test/simulate/script.ts";
import { openCenterStore } from "#test/simulate/street-center.ts";
const [from, to, mode] = process.argv.slice(2);
const store = await openCenterStore();
const by = new Map<string, number[]>();
const t = performance.now();
for (let seed = Number(from); seed <= Number(to); seed++) {
  const opt = mode === "lies" ? { faults: ["lost writes", "power cut", "line cut", "half-open line", "lost messages", "lost receipts","reordering"] as any, steps: 120 } : mode==="long" ? {faults:[...faultClasses],steps:250}: {};
  const { violation } = await play(store, writeScript(seed, opt));
  if (violation) { const k = violation.invariant + ": " + violation.what.replace(/[a-f0-9-]{8,}/g, "…").replace(/\d+/g, "n").slice(0, 140); by.set(k, [...(by.get(k) ?? []), seed]); }
}
console.log(((performance.now() - t) / 1000).toFixed(1), "s");
for (const [k, v] of [...by].sort((a, b) => b[1].length - a[1].length)) console.log(v.length, k, v.slice(0, 8).join(","));
