/** The site as the programs run it: the file, then what the environment says over it. */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { checkSinks } from "#center/sinks/site-mistakes.ts";
import { checkGatewaySite } from "#gateway/site-checks.ts";
import { defaultKeyFile, type KeySource } from "#center/vault/key-ring.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { formatMistakes, readSiteFile } from "#platform/site-file/read.ts";
import type { Site } from "#platform/site-file/schema.ts";

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

export interface LoadedSite {
  readonly site: Site;
  readonly file: string;
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly brokerUrl: string | undefined;
  readonly adminPassword: string | undefined;
  /** The key of personal data: its file, or the key itself. */
  readonly dataKey: KeySource;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What holds whatever the site file says. */
export type Surroundings = Omit<LoadedSite, "site">;

export const readSurroundings = (
  variables: Environment,
  defaultFile = "config/site.yaml",
): Surroundings => {
  const environment = withoutEmpty(variables);
  const dataFolder = resolve(environment["CANARY_DATA"] ?? join(projectRoot, "data"));
  return {
    file: environment["CANARY_CONFIG"] ?? join(projectRoot, defaultFile),
    dataFolder,
    databaseUrl: environment["CANARY_DATABASE_URL"],
    brokerUrl: environment["CANARY_BROKER_URL"],
    adminPassword: environment["CANARY_ADMIN_PASSWORD"],
    dataKey: {
      file: environment["CANARY_DATA_KEY_FILE"] ?? defaultKeyFile(dataFolder),
      text: environment["CANARY_DATA_KEY"],
    },
  };
};

/**
 * Reads and checks everything; the error is ready to print, one line a mistake. A variable that is
 * set to nothing, as compose files do, counts as not set.
 */
export const loadSite = (
  variables: Environment,
  defaultFile = "config/site.yaml",
): Result<LoadedSite, string> => {
  const surroundings = readSurroundings(variables, defaultFile);
  const read = readSiteFile(surroundings.file, [checkGatewaySite, checkSinks]);
  if (!read.ok) return err(formatMistakes(read.error));
  const ports = overridePorts(read.value, withoutEmpty(variables));
  if (!ports.ok) return err(ports.error.map(({ zh, en }) => `${zh} · ${en}`).join("\n"));
  return ok({ site: ports.value, ...surroundings });
};

const withoutEmpty = (variables: Environment): Environment =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));

const overridePorts = (
  site: Site,
  environment: Environment,
): Result<Site, readonly Bilingual[]> => {
  const mistakes: Bilingual[] = [];
  const portOf = (name: string, configured: number): number => {
    const text = environment[name];
    if (text === undefined) return configured;
    const port = Number(text);
    if (/^\d+$/.test(text) && port <= 65_535) return port;
    mistakes.push({
      zh: `环境变量 ${name}=${text} 不是端口号(0–65535)`,
      en: `${name}=${text} is not a port (0 to 65535)`,
    });
    return configured;
  };
  const { gateway, center } = site;
  const changed: Site = {
    ...site,
    gateway: {
      ...gateway,
      mqtt: { ...gateway.mqtt, port: portOf("CANARY_GATEWAY_MQTT_PORT", gateway.mqtt.port) },
      http: { ...gateway.http, port: portOf("CANARY_GATEWAY_HTTP_PORT", gateway.http.port) },
    },
    center: {
      ...center,
      mqtt: { ...center.mqtt, port: portOf("CANARY_CENTER_MQTT_PORT", center.mqtt.port) },
      http: { ...center.http, port: portOf("CANARY_CENTER_HTTP_PORT", center.http.port) },
    },
  };
  return mistakes.length > 0 ? err(mistakes) : ok(changed);
};
