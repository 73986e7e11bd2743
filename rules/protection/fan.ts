/** When an exhaust fan may be switched. Its switch and its motor can light what it shall blow away. */
import type { Demand } from "./demand.ts";

export interface FanPolicy {
  readonly runsOn: readonly ("co" | "gas")[];
  /** Motor and switch are explosion-proof: the site file says so in so many words. */
  readonly isExplosionProof: boolean;
}

/** `bar`: it is asked for, and a combustible gas forbids its switch. `leave`: nobody asks for anything. */
export type FanOrder = "run" | "stop" | "bar" | "leave";

/**
 * What a fan shall do for the detectors it serves. For carbon monoxide it may run. While a combustible
 * gas stands at any of them, at whatever level, an ordinary fan is neither started nor stopped: both
 * make a spark. What we did not start we do not stop: somebody wanted it to run.
 *
 * Source: "remote fan / light / plug switching off by default for gas; only the valve may be driven
 * automatically", our ruling after 燃气集团提示 打开油烟机也是很危险的 (docs/decisions/0013).
 */
export const decideFan = (
  demands: Iterable<Demand>,
  policy: FanPolicy,
  isStartedByUs: boolean,
  /** Of some detectors it serves nobody knows yet whether gas stands there: that counts as gas. */
  isGasUnknown = false,
): FanOrder => {
  let asked = false;
  let gasAround = isGasUnknown;
  for (const demand of demands) {
    asked ||= policy.runsOn.some((gas) =>
      gas === "gas" ? demand.gas && policy.isExplosionProof : demand.urgent === "co",
    );
    gasAround ||= demand.gasAround;
  }
  if (gasAround && !policy.isExplosionProof) return asked ? "bar" : "leave";
  if (asked) return "run";
  return isStartedByUs ? "stop" : "leave";
};
