import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { Log } from "#platform/log.ts";
import type { SinkSite } from "#platform/site-file/sink-schema.ts";
import type { Timers } from "#platform/timers.ts";
import type { RegisteredGateway } from "./link/gateway-access.ts";
import type { KeySource } from "./vault/key-ring.ts";
import type { SiteFacts } from "./register/seed-site.ts";

/** What the center needs to be told; the site file and the environment are read by the caller. */
export interface CenterOptions {
  readonly street: { readonly name: Bilingual };
  readonly httpHost: string;
  /** 0: any free one. */
  readonly httpPort: number;
  /** Where gateways connect; not opened with `brokerUrl`. */
  readonly mqttHost: string;
  readonly mqttPort: number;
  /** PEM texts; with `ca`, gateways must show a certificate. */
  readonly mqttTls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  /** The center keeps its files in `center/` below it. */
  readonly dataFolder: string;
  /** Where the key of personal data is, or the key itself; by default a file of its own in `dataFolder`. */
  readonly dataKey?: Partial<KeySource>;
  /** PostgreSQL instead of SQLite. */
  readonly databaseUrl?: string | undefined;
  /** An external MQTT broker instead of the embedded listener. */
  readonly brokerUrl?: string | undefined;
  readonly gateways: readonly RegisteredGateway[];
  /** Gateways without a credential, from this machine only. */
  readonly anonymousGateways: boolean;
  /** For the first administrator, `admin`; absent: a random one, answered once. */
  readonly adminPassword?: string | undefined;
  /**
   * Privileged roles (administrator, street lead, district) sleep until a code from a phone is
   * shown. By default whenever the page can be reached from another machine.
   */
  readonly requireSecondFactor?: boolean;
  /** What the site file knows of places and detectors: the register's beginning. */
  readonly site?: SiteFacts;
  /** Time-series databases that get a copy of readings and of what became of alarms. */
  readonly sinks?: readonly SinkSite[];
  readonly log: Log;
  /** Reverse proxies whose X-Forwarded-… headers are believed; none by default. */
  readonly trustedProxies?: readonly string[];
  /** Requests a minute from one address; 1,200 by default, a whole office may sit behind one. */
  readonly requestsPerMinute?: number;
  /** The console's built files; `dashboards/console/dist` by default. */
  readonly consoleFolder?: string;
  /** The machine's by default. */
  readonly clock?: Clock;
  readonly timers?: Timers;
}

export interface RunningCenter {
  readonly httpPort: number;
  /** Absent with an external broker. */
  readonly mqttPort?: number;
  /** The first login, logged once: only when no password was given and no account existed. */
  readonly firstAdmin?: { readonly username: string; readonly password: string };
  readonly close: () => Promise<void>;
}
