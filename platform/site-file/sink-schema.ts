/** Time-series databases outside that are fed from the center's history; told apart by `kind`. */
import { Type, type Static } from "typebox";
import { namePattern } from "#domain/ids.ts";
import { strict } from "./parts.ts";

const url = Type.String({
  pattern: "^https?://[^/?#@]+(/[^?#]*)?$",
  description: "without user and password: those go into a file",
});
const secretFile = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, description }));
const common = {
  id: Type.String({ pattern: namePattern, description: "how far it has come is kept under it" }),
  url,
};

export const sinkKinds = {
  influx1: Type.Object(
    {
      kind: Type.Literal("influx1", { description: "InfluxDB 1.x" }),
      ...common,
      database: Type.String({ minLength: 1, description: "made beforehand: CREATE DATABASE" }),
      retentionPolicy: Type.Optional(Type.String({ minLength: 1 })),
      username: Type.Optional(Type.String({ minLength: 1 })),
      passwordFile: secretFile("with username"),
    },
    strict,
  ),
  influx2: Type.Object(
    {
      kind: Type.Literal("influx2", { description: "InfluxDB 2.x" }),
      ...common,
      org: Type.String({ minLength: 1 }),
      bucket: Type.String({ minLength: 1 }),
      tokenFile: Type.String({ minLength: 1, description: "a token that may write the bucket" }),
    },
    strict,
  ),
  victoria: Type.Object(
    {
      kind: Type.Literal("victoria", {
        description: "VictoriaMetrics; run it with -dedup.minScrapeInterval=1ms",
      }),
      ...common,
      tokenFile: secretFile("a bearer token, where a proxy asks for one"),
    },
    strict,
  ),
};

export const SinkUnion = Type.Union([sinkKinds.influx1, sinkKinds.influx2, sinkKinds.victoria]);
export type SinkSite = Static<typeof SinkUnion>;
