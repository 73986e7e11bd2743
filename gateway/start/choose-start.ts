import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { GatewayFault } from "../ports.ts";

/** As what a gateway starts. */
export interface ChosenStart {
  readonly site: Site;
  /** Rules and buzzers and nothing else: starting as usual has failed too often. */
  readonly safe: boolean;
  /** What people must know about this start, for as long as it lasts. */
  readonly faults: readonly GatewayFault[];
}

/** So many starts in a row that did not last, and the next one is a safe one. */
export const crashesMax = 6;

/**
 * The site file as it is, when it can be; the last good one with a fault when it cannot; the last
 * good one in safe mode after too many crashes. Only without any site at all there is no start.
 */
export const chooseStart = (
  crashes: number,
  loaded: Result<Site, string>,
  readLastGood: () => Site | undefined,
): Result<ChosenStart, string> => {
  const mistakes = loaded.ok ? [] : [lastGoodFault(loaded.error)];
  if (crashes >= crashesMax) {
    const site = readLastGood() ?? (loaded.ok ? loaded.value : undefined);
    if (site !== undefined)
      return ok({ site, safe: true, faults: [safeModeFault(crashes), ...mistakes] });
  }
  if (loaded.ok) return ok({ site: loaded.value, safe: false, faults: [] });
  const lastGood = readLastGood();
  return lastGood === undefined
    ? err(loaded.error)
    : ok({ site: lastGood, safe: false, faults: mistakes });
};

const fault = (key: string, text: Bilingual): GatewayFault => ({ key, present: true, text });

const lastGoodFault = (mistakes: string): GatewayFault =>
  fault("site-file", {
    zh: `站点文件有误,网关按上一次正常的配置运行。请改正后重启:${mistakes}`,
    en: `the site file has mistakes; the gateway runs on the last good one. Mend it and start again: ${mistakes}`,
  });

const safeModeFault = (crashes: number): GatewayFault =>
  fault("safe-mode", {
    zh: `连续 ${crashes} 次启动后退出,现以安全模式运行:只判断和鸣响,不记录、不上报、没有页面。请查看日志,排除原因后正常停止再启动`,
    en: `${crashes} starts in a row ended in a crash; this is safe mode: rules and buzzers only, no journal, no center, no page. Read the log, mend the cause, then stop and start in good order`,
  });
