import { openCenterStore } from "./street-center.ts";
import { huntPlanted } from "./seeds.ts";
import { plantedFaults, type Planted } from "./planted.ts";
const store = await openCenterStore();
const seeds = Array.from({ length: Number(process.env["SEEDS"] ?? 20) }, (_, n) => n + 1);
for (const p of Object.keys(plantedFaults) as Planted[]) { const t = performance.now(); const r = await huntPlanted(store, p, seeds); console.log(p, r.caught, "/", seeds.length, [...r.by], ((performance.now() - t) / 1000).toFixed(1)); }
