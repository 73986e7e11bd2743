/** What a schema cannot see in a site file: names that point nowhere, names given twice, illegal limits. */
import { existsSync } from "node:fs";
import type { Bilingual } from "#domain/result.ts";
import { findProfile, profiles } from "#firmware-config/registry.ts";
import type { SiteMistake, SitePath } from "#platform/site-file/mistakes.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { isLoopback } from "./mqtt-access.ts";
import { protectionMistakes } from "./protection/site-mistakes.ts";
import { chooseLimits, chooseTrial } from "./site-limits.ts";

export const checkGatewaySite = (site: Site): readonly SiteMistake[] => [
  ...doubledNames(site),
  ...profileMistakes(site),
  ...lineMistakes(site),
  ...protectionMistakes(site),
  ...accessMistakes(site),
  ...limitMistakes(site),
  ...fileMistakes(site),
];

const mistake = (path: SitePath, zh: string, en: string): SiteMistake => ({
  path,
  text: { zh, en },
});

const doubledNames = (site: Site): SiteMistake[] => {
  const named = (at: SitePath, ids: readonly string[]) =>
    ids.flatMap((id, index) =>
      ids.indexOf(id) < index
        ? [mistake([...at, index, "id"], `「${id}」重复,前面已用过`, `"${id}" is used twice`)]
        : [],
    );
  return [
    ...named(
      ["detectors"],
      site.detectors.map(({ id }) => id),
    ),
    ...named(
      ["gateway", "lines"],
      site.gateway.lines.map(({ id }) => id),
    ),
    ...named(
      ["gateway", "people"],
      site.gateway.people.map(({ id }) => id),
    ),
    ...named(
      ["gateway", "buzzers"],
      site.gateway.buzzers.map(({ id }) => id),
    ),
    ...named(
      ["gateway", "valves"],
      site.gateway.valves.map(({ id }) => id),
    ),
    ...named(
      ["gateway", "fans"],
      site.gateway.fans.map(({ id }) => id),
    ),
  ];
};

const profileMistakes = (site: Site): SiteMistake[] => {
  const wrong = (
    path: SitePath,
    id: string,
    transport: "mqtt" | "modbus" | "serial" | undefined,
  ) => {
    const profile = findProfile(id);
    if (profile && (transport === undefined || profile.transport === transport)) return [];
    const allowed = profiles
      .filter((one) => transport === undefined || one.transport === transport)
      .map((one) => one.id)
      .join(", ");
    return [
      mistake(
        path,
        `没有画像「${id}」,可用:${allowed}`,
        `no profile "${id}" here; there are: ${allowed}`,
      ),
    ];
  };
  return [
    ...site.detectors.flatMap(({ profile }, index) =>
      wrong(["detectors", index, "profile"], profile, undefined),
    ),
    ...site.gateway.lines.flatMap((line, index) =>
      line.kind === "serial"
        ? wrong(["gateway", "lines", index, "profile"], line.profile, "serial")
        : line.units.flatMap((unit, at) =>
            wrong(["gateway", "lines", index, "units", at, "profile"], unit.profile, "modbus"),
          ),
    ),
  ];
};

const lineMistakes = (site: Site): SiteMistake[] => {
  const registered = new Set(site.detectors.map(({ id }) => id));
  const unknown = (path: SitePath, id: string | null | undefined) =>
    id === null || id === undefined || registered.has(id) ? [] : [notRegistered(path, id)];
  return site.gateway.lines.flatMap((line, index) => {
    const at: SitePath = ["gateway", "lines", index];
    if (line.kind === "serial") return unknown([...at, "detector"], line.detector);
    const unitNumbers = line.units.map(({ unit }) => unit);
    return line.units.flatMap((unit, place) => [
      ...(unitNumbers.indexOf(unit.unit) < place
        ? [
            mistake(
              [...at, "units", place, "unit"],
              `地址 ${unit.unit} 在本线路重复`,
              `unit ${unit.unit} is there twice on this line`,
            ),
          ]
        : []),
      ...tooManyChannels([...at, "units", place, "detectors"], unit),
      ...unit.detectors.flatMap((id, channel) =>
        unknown([...at, "units", place, "detectors", channel], id),
      ),
    ]);
  });
};

const tooManyChannels = (
  path: SitePath,
  unit: { readonly profile: string; readonly detectors: readonly unknown[] },
): SiteMistake[] => {
  const profile = findProfile(unit.profile);
  if (profile?.transport !== "modbus" || unit.detectors.length <= profile.channels) return [];
  const { channels } = profile;
  return [
    mistake(path, `该画像只有 ${channels} 个通道`, `this profile has only ${channels} channel(s)`),
  ];
};

const accessMistakes = (site: Site): SiteMistake[] => {
  const path: SitePath = ["gateway", "mqtt", "anonymous"];
  const { anonymous, host } = site.gateway.mqtt;
  return anonymous && !isLoopback(host)
    ? [
        mistake(
          path,
          `免口令只允许监听本机(host: 127.0.0.1),现为 ${host}`,
          `anonymous is allowed only on the loopback address, and host is ${host}`,
        ),
      ]
    : [];
};

const limitMistakes = (site: Site): SiteMistake[] => {
  return [chooseLimits(site), chooseTrial(site)].flatMap((chosen) =>
    chosen.ok ? [] : chosen.error,
  );
};

/** Certificates and tokens that the file names must be there before anything starts on them. */
const fileMistakes = (site: Site): SiteMistake[] => {
  const named = (at: SitePath, files: object | undefined) =>
    Object.entries(files ?? {}).flatMap(([key, file]) =>
      key.endsWith("File") && !existsSync(String(file))
        ? [mistake([...at, key], `找不到文件 ${String(file)}`, `there is no file ${String(file)}`)]
        : [],
    );
  return [
    ...named(["gateway", "mqtt", "tls"], site.gateway.mqtt.tls),
    ...named(["gateway", "center"], site.gateway.center),
    ...named(["center", "mqtt", "tls"], site.center.mqtt.tls),
  ];
};

const notRegistered = (path: SitePath, id: string): SiteMistake => {
  const text: Bilingual = {
    zh: `检测器「${id}」没有在 detectors 里登记`,
    en: `detector "${id}" is not registered under detectors`,
  };
  return { path, text };
};
