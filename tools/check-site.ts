import { loadSite } from "./load-site.ts";

/** `canary check`: 0 when the site file could run as it is. */
export const check = (json: boolean): number => {
  const loaded = loadSite(process.env);
  if (json) {
    console.log(
      JSON.stringify(loaded.ok ? { ok: true } : { ok: false, mistakes: loaded.error.split("\n") }),
    );
  } else if (loaded.ok) {
    const { site, file } = loaded.value;
    console.log(
      `${file}: 好 · good: ${site.detectors.length} 台探测器 detectors, ${site.gateway.lines.length} 条线路 lines, ${site.gateway.buzzers.length} 个蜂鸣器 buzzers`,
    );
  } else {
    console.error(loaded.error);
  }
  return loaded.ok ? 0 : 78;
};
