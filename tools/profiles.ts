import { profiles } from "#firmware-config/registry.ts";

/** How well the map of a device is known; the sources are in `--json`. */
const sureness = { h: "高 high", m: "中 medium", l: "低 low" } as const;

/** `canary profiles`: what can be connected. */
export const listProfiles = (json: boolean): number => {
  if (json) {
    console.log(JSON.stringify(profiles));
  } else {
    console.log(
      `${"画像 profile".padEnd(26)} ${"接入 by".padEnd(5)} ${"气体 gases".padEnd(22)} 把握 sure  厂商型号 maker, model`,
    );
    for (const { id, transport, maker, model, gases, confidence } of profiles) {
      console.log(
        `${id.padEnd(28)} ${transport.padEnd(7)} ${gases.join(",").padEnd(24)} ${sureness[confidence].padEnd(9)}  ${maker} ${model}`,
      );
    }
  }
  return 0;
};
