/** What a schema cannot see in the buzzers, valves, fans and dead-man of a site file. */
import type { Bilingual } from "#domain/result.ts";
import type { SiteMistake, SitePath } from "#platform/site-file/mistakes.ts";
import type { ServesSite } from "#platform/site-file/protection-schema.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { servedBy } from "../wiring/serves.ts";

export const protectionMistakes = (site: Site): readonly SiteMistake[] => {
  const { buzzers, valves, fans, protection } = site.gateway;
  return [
    ...buzzers.flatMap((buzzer, index) => {
      const at: SitePath = ["gateway", "buzzers", index];
      const quietHome = buzzer.place === "home" && !buzzer.soundsOn.includes("always");
      return [
        buzzer.kind === "modbus-coil" ? lineMistakes(site, at, buzzer.line) : [],
        servesMistakes(site, at, buzzer.serves),
        quietHome ? [{ path: [...at, "soundsOn"], text: homeSoundsAlways }] : [],
      ].flat();
    }),
    ...valves.flatMap((valve, index) => {
      const at: SitePath = ["gateway", "valves", index];
      return [
        valve.kind === "modbus-coil" ? lineMistakes(site, at, valve.line) : [],
        servesMistakes(site, at, valve.serves),
      ].flat();
    }),
    ...fans.flatMap((fan, index) => {
      const at: SitePath = ["gateway", "fans", index];
      const sparks = fan.runsOn.includes("gas") && fan.construction !== "explosion-proof";
      return [
        fan.kind === "modbus-coil" ? lineMistakes(site, at, fan.line) : [],
        servesMistakes(site, at, fan.serves),
        sparks ? [{ path: [...at, "runsOn"], text: fanSparks }] : [],
      ].flat();
    }),
    ...(protection.deadMan?.outputs ?? []).flatMap((output, index) =>
      output.kind === "modbus-coil" && (output.host === undefined) === (output.path === undefined)
        ? [{ path: ["gateway", "protection", "deadMan", "outputs", index], text: oneWay }]
        : [],
    ),
  ];
};

const lineMistakes = (site: Site, at: SitePath, line: string): SiteMistake[] => {
  const kind = site.gateway.lines.find(({ id }) => id === line)?.kind;
  return kind === undefined || kind === "serial"
    ? [
        {
          path: [...at, "line"],
          text: { zh: `没有 Modbus 线路「${line}」`, en: `there is no Modbus line "${line}"` },
        },
      ]
    : [];
};

const servesMistakes = (
  site: Site,
  at: SitePath,
  serves: ServesSite | undefined,
): SiteMistake[] => {
  if (Array.isArray(serves)) {
    const registered = new Set(site.detectors.map(({ id }) => id));
    return serves.flatMap((id, place) =>
      registered.has(id) ? [] : [{ path: [...at, "serves", place], text: notRegistered(id) }],
    );
  }
  const nobody = serves !== undefined && servedBy(site, serves)?.size === 0;
  return nobody ? [{ path: [...at, "serves"], text: servesNobody }] : [];
};

const notRegistered = (id: string): Bilingual => ({
  zh: `检测器「${id}」没有在 detectors 里登记`,
  en: `detector "${id}" is not registered under detectors`,
});

const servesNobody: Bilingual = {
  zh: "没有检测器的地址符合这些条件,它永远不会动作",
  en: "no detector has an address with these parts; it would never act",
};

const homeSoundsAlways: Bilingual = {
  zh: "住户内的蜂鸣器必须包含 always:达到危险值就要响",
  en: "a home's own buzzer must have always: it sounds whenever the danger level is reached",
};

const fanSparks: Bilingual = {
  zh: "可燃气体时启停普通风机会打火花:只有 construction: explosion-proof(电机和开关都防爆)才可写 gas",
  en: "switching an ordinary fan in combustible gas makes a spark: gas is allowed only with construction: explosion-proof (motor and switch)",
};

const oneWay: Bilingual = {
  zh: "host 和 path 必须且只能写一个",
  en: "give either host or path, and only one of them",
};
