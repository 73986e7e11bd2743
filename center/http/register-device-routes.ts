// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { EndedSchema } from "#domain/desk.ts";
import { namePattern } from "#domain/ids.ts";
import {
  completeDevice,
  devicesAt,
  installDevice,
  removalReasons,
  removeDevice,
  swapDevice,
} from "../register/installations.ts";
import { alarmsAtPoint, dueDevices } from "../register/point-history.ts";
import type { Installation } from "../register/device-checks.ts";
import { readEntry } from "../register/read-register.ts";
import type { App, HttpParts } from "./app.ts";
import { problemResponses } from "./problems.ts";
import { changeBy, IfMatchSchema, orProblem, versionFrom } from "./register-answers.ts";
import { callerOf, requireSession } from "./require-session.ts";

const name = Type.String({ pattern: namePattern });
const serial = Type.String({ pattern: "^[\\x21-\\x7e]{1,64}$" });
const instantMs = Type.Integer({ minimum: 0, maximum: 4e12, description: "epoch ms" });
const orNone = <Schema extends typeof instantMs | typeof serial>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));
const strict = { additionalProperties: false };

const deviceFacts = {
  profile: orNone(name),
  serial: orNone(serial),
  madeAtMs: orNone(instantMs),
  warmUntilMs: orNone(instantMs),
  calibratedAtMs: orNone(instantMs),
  expiresAtMs: orNone(instantMs),
};
const NewDeviceSchema = Type.Object(
  { gateway: name, detector: name, installedAtMs: Type.Optional(instantMs), ...deviceFacts },
  strict,
);
const reason = Type.Enum(removalReasons, {
  description: "only a `moved` device may hang again elsewhere",
});

const numberOrNone = Type.Union([Type.Number(), Type.Null()]);
const textOrNone = Type.Union([Type.String(), Type.Null()]);
const InstallationSchema = Type.Object({
  id: Type.String(),
  gateway: Type.String(),
  detector: Type.String(),
  point: Type.String(),
  profile: textOrNone,
  serial: textOrNone,
  madeAtMs: numberOrNone,
  installedAtMs: Type.Number({ description: "0: before this register began" }),
  warmUntilMs: numberOrNone,
  calibratedAtMs: numberOrNone,
  expiresAtMs: numberOrNone,
  removedAtMs: numberOrNone,
  removedWhy: textOrNone,
  replacedBy: textOrNone,
  origin: Type.String({ description: "site-file, import or hand" }),
  version: Type.Integer({ description: "send it back as If-Match" }),
});
const PointAlarmSchema = Type.Object({
  episode: Type.String(),
  firstAtMs: Type.Number(),
  lastAtMs: Type.Number(),
  alarmClass: Type.String(),
  priority: Type.Number(),
  condition: Type.String(),
  ended: Type.Optional(EndedSchema),
  installation: Type.String({ description: "the device that raised it" }),
});
const DueSchema = Type.Object({
  installation: Type.String(),
  point: Type.String(),
  address: Type.String(),
  serial: textOrNone,
  detector: Type.String(),
  expiresAtMs: Type.Number(),
});
const IdSchema = Type.Object({ id: Type.String({ pattern: "^[^\\u0000-\\u001f/]{1,200}$" }) });

/** Devices at points. */
export const addDeviceRoutes = (app: App, parts: HttpParts): void => {
  addHistoryRoutes(app, parts);
  addHangingRoutes(app, parts);
  addInstallationRoutes(app, parts);
};

const addHistoryRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.get(
    "/api/v1/register/points/:id/devices",
    {
      preParsing,
      schema: {
        summary: "Every device that ever hung at a point 点位历史设备",
        tags: ["register"],
        params: IdSchema,
        response: {
          200: Type.Object({ items: Type.Array(InstallationSchema) }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      await seePoint(parts, request, request.params.id);
      const rows = await devicesAt(parts.store.db, request.params.id);
      return { items: rows.map(toBody) };
    },
  );

  app.get(
    "/api/v1/register/points/:id/alarms",
    {
      preParsing,
      schema: {
        summary: "Alarms at a point across swaps, newest 200 点位历史报警",
        tags: ["register"],
        params: IdSchema,
        response: {
          200: Type.Object({ items: Type.Array(PointAlarmSchema) }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      await seePoint(parts, request, request.params.id);
      return { items: [...(await alarmsAtPoint(parts.store.db, request.params.id, 200))] };
    },
  );

  app.get(
    "/api/v1/register/due",
    {
      preParsing,
      schema: {
        summary: "Devices whose service life ends, soonest first 到期清单",
        tags: ["register"],
        querystring: Type.Object(
          { untilMs: Type.String({ pattern: "^\\d{1,13}$", description: "epoch ms, exclusive" }) },
          strict,
        ),
        response: { 200: Type.Object({ items: Type.Array(DueSchema) }), ...problemResponses },
      },
    },
    async (request) => {
      const wish = { untilMs: Number(request.query.untilMs), limit: 10_000 };
      return { items: [...(await dueDevices(parts.store.db, callerOf(request).user, wish))] };
    },
  );
};

const addHangingRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  const response = { 200: InstallationSchema, ...problemResponses };
  app.post(
    "/api/v1/register/points/:id/install",
    {
      preParsing,
      schema: {
        summary: "Hang a device at an empty point 安装",
        tags: ["register"],
        params: IdSchema,
        body: Type.Object({ device: NewDeviceSchema }, strict),
        response,
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const wish = { point: request.params.id, device: request.body.device };
      return toBody(orProblem(await parts.store.write((tx) => installDevice(tx, change, wish))));
    },
  );

  app.post(
    "/api/v1/register/points/:id/swap",
    {
      preParsing,
      schema: {
        summary: "Replace the device at a point; the point keeps its history 换装",
        description: "If-Match is the version of the installation that comes down.",
        tags: ["register"],
        params: IdSchema,
        headers: IfMatchSchema,
        body: Type.Object({ why: reason, device: NewDeviceSchema }, strict),
        response,
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const version = versionFrom(request.headers);
      const wish = { point: request.params.id, version, ...request.body };
      // A refusal after the old one came down must take that back as well.
      const swapped = await parts.store.write(async (tx) =>
        orProblem(await swapDevice(tx, change, wish)),
      );
      return toBody(swapped);
    },
  );
};

const addInstallationRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  const response = { 200: InstallationSchema, ...problemResponses };
  app.patch(
    "/api/v1/register/installations/:id",
    {
      preParsing,
      schema: {
        summary: "Complete what is known of a device 补全设备档案",
        tags: ["register"],
        params: IdSchema,
        headers: IfMatchSchema,
        body: Type.Object(
          { facts: Type.Object(deviceFacts, { ...strict, minProperties: 1 }) },
          strict,
        ),
        response,
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const version = versionFrom(request.headers);
      const wish = { id: request.params.id, version, facts: request.body.facts };
      return toBody(orProblem(await parts.store.write((tx) => completeDevice(tx, change, wish))));
    },
  );

  app.post(
    "/api/v1/register/installations/:id/remove",
    {
      preParsing,
      schema: {
        summary: "Take a device down 拆除",
        tags: ["register"],
        params: IdSchema,
        headers: IfMatchSchema,
        body: Type.Object({ why: reason }, strict),
        response,
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const version = versionFrom(request.headers);
      const wish = { id: request.params.id, version, why: request.body.why };
      return toBody(orProblem(await parts.store.write((tx) => removeDevice(tx, change, wish))));
    },
  );
};

/** 404 for a point outside the caller's areas. */
const seePoint = async (parts: HttpParts, request: FastifyRequest, id: string): Promise<void> => {
  const point = await readEntry(parts.store.db, callerOf(request).user, "points", id);
  if (point === undefined) orProblem({ ok: false, error: { kind: "unknown" } });
};

const toBody = (row: Installation) => ({
  id: row.id,
  gateway: row.gateway,
  detector: row.detector,
  point: row.point,
  profile: row.profile,
  serial: row.serial,
  madeAtMs: row.made_at_ms,
  installedAtMs: row.installed_at_ms,
  warmUntilMs: row.warm_until_ms,
  calibratedAtMs: row.calibrated_at_ms,
  expiresAtMs: row.expires_at_ms,
  removedAtMs: row.removed_at_ms,
  removedWhy: row.removed_why,
  replacedBy: row.replaced_by,
  origin: row.origin,
  version: row.version,
});
