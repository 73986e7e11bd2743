/** The site all stories play on: four registered detectors, two buzzers. */
import { buzzerId, detectorId, type DetectorId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import { err, ok } from "#domain/result.ts";
import type { BuzzerCommand, Sounding } from "#domain/buzzer.ts";
import type { WiredBuzzer } from "#gateway/protection/protection.ts";
import { createDirectory } from "#gateway/directory.ts";
import { parseSite } from "#platform/site-file/read.ts";
import { defaultLimits } from "#rules/limits/sets.ts";
import type { DetectorRules } from "#rules/step.ts";

const text = `
version: 1
street: { id: anjing, name: { zh: 安靖街道, en: Anjing Street } }
gateway:
  id: gw-1
  community: { zh: 喜安社区, en: Xi'an Community }
  http: { port: 8081 }
  mqtt: { port: 1883, anonymous: true }
center:
  http: { port: 8080 }
  mqtt: { port: 1884 }
  anonymousGateways: true
  gateways: [{ id: gw-1 }]
detectors:
  - { id: kitchen, profile: native, address: { text: 喜安社区2栋1单元603 } }
  - { id: bath, profile: native, silenceAfterSeconds: 20 }
  - { id: boiler-room, profile: native, silenceAfterSeconds: 45 }
  - { id: attic, profile: native, silenceAfterSeconds: 60 }
`;

const openDirectory = () => {
  const site = parseSite(text, "site.yaml", []);
  if (!site.ok) throw new Error(JSON.stringify(site.error));
  return createDirectory(site.value);
};

export const directory = openDirectory();
export const registered: readonly DetectorId[] = directory.all.map(({ id }) => id);

const rules = new Map<DetectorId | undefined, DetectorRules>(
  directory.all.map(({ id, silenceAfter }) => [id, { limits: defaultLimits, silenceAfter }]),
);
const strangersRules: DetectorRules = { limits: defaultLimits, silenceAfter: seconds(60) };
export const rulesFor = (detector: DetectorId | undefined): DetectorRules =>
  rules.get(detector) ?? strangersRules;

/** The hall's buzzer sounds for everybody, the boiler room's only for its own detector. */
const serving = [
  { name: "hall", serves: undefined },
  { name: "boiler-room", serves: new Set([detectorId("boiler-room")]) },
] as const;

export const createBuzzers = () => {
  let working = true;
  const told = new Map<string, BuzzerCommand>();
  const wired = serving.map(({ name, serves }): WiredBuzzer => {
    const buzzer: WiredBuzzer["buzzer"] = {
      id: buzzerId(name),
      set: async (command) => {
        told.set(name, command);
        return working ? ok(undefined) : err({ zh: "无应答", en: "no answer" });
      },
      close: async () => {},
    };
    return serves === undefined ? { buzzer } : { buzzer, serves };
  });
  return {
    wired,
    work: (now: boolean): void => {
      working = now;
    },
    /** Buzzers that do not do what is judged, in words. */
    wrong: (judged: (serves?: ReadonlySet<DetectorId>) => Sounding): string | undefined => {
      for (const { name, serves } of serving) {
        const wanted = patterns[judged(serves)];
        const command = told.get(name);
        const does = command?.state === "on" ? command.pattern : "off";
        if (does !== wanted) return `buzzer ${name} is ${does}, judged ${wanted}`;
      }
      return undefined;
    },
  };
};

const patterns = { none: "off", gas: "t3", co: "t4" } as const satisfies Record<Sounding, string>;
