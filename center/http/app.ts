import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { Broadcast } from "../desk/broadcast.ts";
import type { GatewayView } from "../desk/read-gateways.ts";
import type { Vault } from "../vault/seal.ts";
import type { CenterMetrics } from "../metrics.ts";
import type { Store } from "../store/open-store.ts";
import type { Timers } from "#platform/timers.ts";

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the HTTP side works with. */
export interface HttpParts {
  readonly store: Store;
  /** Opens what lies sealed in the database: phones. */
  readonly vault: Vault;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly accounts: Accounts;
  readonly broadcast: Broadcast;
  readonly metrics: CenterMetrics;
  readonly view: () => GatewayView;
  /** What keeps the center from taking in alarms; empty when nothing does. */
  readonly hindrances: () => Promise<readonly Bilingual[]>;
  /** Where the console's built files are, or will be. */
  readonly consoleFolder: string;
  /** Where uploads and the intake's secret are kept. */
  readonly filesFolder: string;
  readonly streetName: Bilingual;
  /** Requests a minute from one address before it is asked to slow down. */
  readonly requestsPerMinute: number;
  /** Addresses of reverse proxies whose X-Forwarded-… headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly logger: FastifyBaseLogger | false;
}
