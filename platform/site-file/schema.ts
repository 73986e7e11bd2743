/**
 * The site file: one YAML that says what one street is made of. This schema is what
 * `config/site.schema.json` publishes for editors, and what the programs check by.
 */
import { Type, type Static, type TSchema } from "typebox";
import { namePattern } from "#domain/ids.ts";
import { peopleSchema, securePage } from "./people-schema.ts";
import { SinkUnion } from "./sink-schema.ts";
import { StoreSchema } from "./store-schema.ts";
import { lineKinds } from "./line-schema.ts";
import { address, host, name, port, strict, tokenHash } from "./parts.ts";
import {
  BuzzerUnion,
  DeadManUnion,
  FanUnion,
  protectionSchema,
  ValveUnion,
} from "./protection-schema.ts";

export type { BuzzerSite, FanSite, ValveSite } from "./protection-schema.ts";

const bilingual = Type.Object(
  { zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) },
  strict,
);
const tls = Type.Object(
  {
    certFile: Type.String({ minLength: 1 }),
    keyFile: Type.String({ minLength: 1 }),
    caFile: Type.Optional(
      Type.String({ minLength: 1, description: "client certificates are required" }),
    ),
  },
  strict,
);
const listener = (defaultPort: number) => ({
  host,
  port: port(defaultPort),
  tls: Type.Optional(tls),
});

const positive = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));
const mqttLimits = Type.Object(
  {
    payloadBytes: positive("largest payload of one message; 262144 when absent"),
    topicLevels: positive("16 when absent"),
    messagesPerSecond: positive(
      "of one client, on average; a faster one is slowed; 1000 when absent",
    ),
    burst: positive("messages at once before a client is slowed; 2000 when absent"),
    queuedMessages: positive("kept for one session that is away; 1000 when absent"),
    connections: positive("at once; 10000 when absent"),
  },
  { ...strict, default: {} },
);

const mqttAccount = Type.Object(
  {
    username: name,
    token: tokenHash,
    publish: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: "topic filters",
    }),
    subscribe: Type.Array(Type.String({ minLength: 1 }), { default: [] }),
  },
  strict,
);

const wayToCenter = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: "^mqtts?://[^/]+$",
        description: "absent: the center of this file, on this machine",
      }),
    ),
    tokenFile: Type.Optional(Type.String({ minLength: 1 })),
    caFile: Type.Optional(Type.String({ minLength: 1 })),
    commandKey: Type.Optional(
      Type.String({
        pattern: "^ed25519:[A-Za-z0-9_-]{43}$",
        description:
          "the center's public key, from its start log: only commands signed with it are done",
      }),
    ),
  },
  { ...strict, default: {} },
);

interface Kinds<Line, Buzzer, Valve, Fan, DeadMan> {
  readonly line: Line;
  readonly buzzer: Buzzer;
  readonly valve: Valve;
  readonly fan: Fan;
  readonly deadMan: DeadMan;
}

const gateway = <
  Line extends TSchema,
  Buzzer extends TSchema,
  Valve extends TSchema,
  Fan extends TSchema,
  DeadMan extends TSchema,
>({
  line,
  buzzer,
  valve,
  fan,
  deadMan,
}: Kinds<Line, Buzzer, Valve, Fan, DeadMan>) =>
  Type.Object(
    {
      id: name,
      community: bilingual,
      http: Type.Object({ host, port: port(8_081), secure: Type.Optional(securePage) }, strict),
      journalDays: Type.Optional(
        Type.Integer({
          minimum: 365,
          description: "how long confirmed alarms are kept on the gateway as well; 400 when absent",
        }),
      ),
      mqtt: Type.Object(
        {
          ...listener(1_883),
          anonymous: Type.Boolean({
            default: false,
            description: "detectors without a credential; only ever from this machine itself",
          }),
          limits: mqttLimits,
          accounts: Type.Array(mqttAccount, {
            default: [],
            description: "bridges and tools, such as Zigbee2MQTT or Node-RED",
          }),
        },
        strict,
      ),
      center: wayToCenter,
      people: peopleSchema,
      store: StoreSchema,
      lines: Type.Array(line, { default: [] }),
      buzzers: Type.Array(buzzer, { default: [] }),
      valves: Type.Array(valve, { default: [] }),
      fans: Type.Array(fan, { default: [] }),
      protection: protectionSchema(deadMan),
      rules: Type.Object(
        {
          limits: Type.Optional(name),
          overrides: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          shadow: Type.Optional(
            Type.String({
              pattern: namePattern,
              description: "a limit set on trial: judges beside the one in force, rings nobody",
            }),
          ),
          shadowOverrides: Type.Optional(
            Type.Record(Type.String(), Type.Unknown(), {
              description: "numbers of its own for the set on trial, as overrides has them",
            }),
          ),
        },
        { ...strict, default: {} },
      ),
    },
    strict,
  );

const detector = Type.Object(
  {
    id: name,
    profile: name,
    address: Type.Optional(address),
    device: Type.Optional(
      Type.String({
        minLength: 1,
        description: "what its MQTT dialect calls it, when that is not the id",
      }),
    ),
    token: Type.Optional(tokenHash),
    silenceAfterSeconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 172_800 })),
  },
  strict,
);

const site = <
  Line extends TSchema,
  Buzzer extends TSchema,
  Valve extends TSchema,
  Fan extends TSchema,
  DeadMan extends TSchema,
  Sink extends TSchema,
>(
  kinds: Kinds<Line, Buzzer, Valve, Fan, DeadMan>,
  sink: Sink,
) =>
  Type.Object(
    {
      version: Type.Literal(1),
      drill: Type.Boolean({ default: false, description: "everything here is an exercise" }),
      street: Type.Object({ id: name, name: bilingual }, strict),
      gateway: gateway(kinds),
      center: Type.Object(
        {
          http: Type.Object({ host, port: port(8_080) }, strict),
          mqtt: Type.Object(listener(1_884), strict),
          anonymousGateways: Type.Boolean({
            default: false,
            description: "gateways without a credential; only ever from this machine itself",
          }),
          requireSecondFactor: Type.Optional(
            Type.Boolean({
              description:
                "administrator, street lead and district sleep until a code from a phone is shown; " +
                "absent: whenever the page can be reached from another machine",
            }),
          ),
          gateways: Type.Array(Type.Object({ id: name, token: Type.Optional(tokenHash) }, strict), {
            minItems: 1,
          }),
          sinks: Type.Array(sink, {
            default: [],
            description: "time-series databases that get a copy of the center's history",
          }),
        },
        strict,
      ),
      detectors: Type.Array(detector, { default: [] }),
    },
    { ...strict, $id: "https://canary.invalid/site.schema.json", title: "Canary site file" },
  );

/** The whole, for editors and for the types. */
export const SiteSchema = site(
  {
    line: Type.Union([
      lineKinds["modbus-rtu"],
      lineKinds["modbus-tcp"],
      lineKinds["rtu-over-tcp"],
      lineKinds.serial,
    ]),
    buzzer: BuzzerUnion,
    valve: ValveUnion,
    fan: FanUnion,
    deadMan: DeadManUnion,
  },
  SinkUnion,
);

const open = Type.Unknown();
/** The same with all that has kinds left open: those are checked by their `kind`, for clear words. */
export const SiteFrameSchema = site(
  {
    line: open,
    buzzer: open,
    valve: open,
    fan: open,
    deadMan: open,
  },
  open,
);

export type Site = Static<typeof SiteSchema>;
export type LineSite = Site["gateway"]["lines"][number];
export type DetectorSite = Site["detectors"][number];
