import { openCenterStore } from "./street-center.ts";
import { play } from "./play.ts";
import { writeScript } from "./script.ts";
const store = await openCenterStore();
const from = Number(process.env.SEED ?? 1), n = Number(process.env.SEEDS ?? 20);
const t = performance.now(); let bad = 0; let sim = 0; const kinds = new Map<string, number[]>();
for (let seed = from; seed < from + n; seed++) {
  const r = await play(store, writeScript(seed));
  sim += r.simulatedMs;
  if (r.violation) { bad++; const k = r.violation.invariant; kinds.set(k, [...(kinds.get(k) ?? []), seed]); if (n === 1) console.log(r.timetable.join("\n")); else if (bad < 12) console.log(seed, r.violation.invariant, r.violation.what); }
}
const s = (performance.now() - t) / 1000;
console.log({ n, bad, perSecond: n / s, perCpuSecond: n/(process.cpuUsage().user/1e6), simSecondsPerSeed: sim / n / 1000 });
for (const [k, v] of kinds) console.log(k, v.length, v.slice(0, 8).join(" "));
