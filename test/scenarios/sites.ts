/** Sites for stories, made from the example. */
import type { Site } from "#platform/site-file/schema.ts";
import { exampleSite } from "./open-gateway.ts";

const home = (
  id: string,
  address: string,
  building: string,
  riser: string,
  profile = "native",
) => ({
  id,
  profile,
  address: { text: address, building, riser },
});

/** Three homes on one Modbus line, and the example's own over MQTT. */
export const siteWithLine = (): Site => {
  const site = exampleSite();
  const profile = "gas-module-6000-co";
  const units = ["bus-1", "bus-2", "bus-3"].map((id, index) => ({
    unit: index + 1,
    profile,
    detectors: [id],
  }));
  return {
    ...site,
    gateway: {
      ...site.gateway,
      lines: [{ kind: "modbus-tcp", id: "line-a", host: "127.0.0.1", port: 502, units }],
    },
    detectors: [
      ...site.detectors,
      ...units.map(({ detectors: [id = ""] }, index) =>
        home(id, `喜安社区7栋1单元${index + 1}01`, `${index + 7}栋`, "1单元", profile),
      ),
    ],
  };
};

/** So many homes in one building, a riser each. */
export const siteWithBuilding = (homes: number): Site => {
  const site = exampleSite();
  return {
    ...site,
    detectors: Array.from({ length: homes }, (_, n) =>
      home(`home-${n}`, `喜安社区9栋${n + 1}单元101`, "9栋", `${n + 1}单元`),
    ),
  };
};

export const withShadow = (site: Site, shadow: string): Site => ({
  ...site,
  gateway: { ...site.gateway, rules: { ...site.gateway.rules, shadow } },
});
