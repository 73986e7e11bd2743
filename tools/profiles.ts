import { profiles } from "#firmware-config/registry.ts";

/** `canary profiles`: what can be connected. */
export const listProfiles = (json: boolean): number => {
  if (json) {
    console.log(JSON.stringify(profiles));
  } else {
    for (const { id, transport, maker, model, gases, confidence } of profiles) {
      console.log(
        `${id.padEnd(28)} ${transport.padEnd(7)} ${gases.join(",").padEnd(24)} ${confidence}  ${maker} ${model}`,
      );
    }
  }
  return 0;
};
