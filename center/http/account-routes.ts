// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { namePattern } from "#domain/ids.ts";
import type { Result } from "#domain/result.ts";
import { roles } from "#domain/rights.ts";
import { accountNamed, accountPage, type AccountView } from "../accounts/list-accounts.ts";
import {
  createAccount,
  disableAccount,
  endSessions,
  giveGrant,
  resetPassword,
  withdrawGrant,
  type Manager,
} from "../accounts/manage.ts";
import { explainManageFailure, type ManageFailure } from "../accounts/manage-failures.ts";
import { listSessions } from "../accounts/sessions.ts";
import type { App, HttpParts } from "./app.ts";
import { ProblemError, problemResponses } from "./problems.ts";
import { callerOf, requireSession } from "./require-session.ts";
import { SessionIdSchema, SessionListSchema } from "./session-routes.ts";

const closed = { additionalProperties: false };
const tags = ["accounts"];
const name = Type.String({ pattern: namePattern });
const area = Type.String({
  pattern: "^/([^/\\u0000-\\u001f]{1,64}/){0,8}$",
  description: "path of an area; `/` is everything",
});
const GrantSchema = Type.Object({ role: Type.Enum(roles), area }, closed);
const AccountSchema = Type.Object({
  name: Type.String(),
  area: Type.String({ description: "its administrators keep the account" }),
  grants: Type.Array(Type.Object({ role: Type.Enum(roles), area: Type.String() })),
  createdAtMs: Type.Number(),
  disabledAtMs: Type.Optional(Type.Number()),
  mustChangePassword: Type.Boolean(),
  secondFactor: Type.Boolean(),
});
const OneTimeSchema = Type.Object({
  account: AccountSchema,
  oneTimePassword: Type.String({
    description: "shown this once; good for 7 days and until the first login changes it",
  }),
});

/** Administrators keep the accounts of their areas; see `accounts/manage.ts`. */
export const addAccountRoutes = (app: App, parts: HttpParts): void => {
  addLists(app, parts);
  addKeeping(app, parts);
  addGrants(app, parts);
  addSessions(app, parts);
};

const addLists = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.get(
    "/api/v1/accounts",
    {
      preParsing,
      schema: {
        summary: "Accounts of my areas 账号列表",
        tags,
        querystring: Type.Object({
          after: Type.Optional(name),
          limit: Type.Optional(Type.String({ pattern: "^([1-9]\\d?|1\\d\\d|200)$" })),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(AccountSchema),
            nextAfter: Type.Optional(Type.String({ description: "absent on the last page" })),
          }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const { after, limit } = request.query;
      const page = { limit: Number(limit ?? 100), ...(after !== undefined && { after }) };
      const { items, next } = await accountPage(parts.store.db, callerOf(request).areas, page);
      return { items: items.map(toBody), ...(next !== undefined && { nextAfter: next }) };
    },
  );

  app.get(
    "/api/v1/accounts/:name",
    {
      preParsing,
      schema: {
        summary: "One account 账号",
        tags,
        params: Type.Object({ name }),
        response: { 200: AccountSchema, ...problemResponses },
      },
    },
    async (request) => toBody(await visible(parts, request, request.params.name)),
  );
};

const addKeeping = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  const { store } = parts;
  app.post(
    "/api/v1/accounts",
    {
      preParsing,
      schema: {
        summary: "Create an account with a one-time password 新建账号",
        tags,
        body: Type.Object(
          { name, area, grants: Type.Optional(Type.Array(GrantSchema, { maxItems: 50 })) },
          closed,
        ),
        response: { 201: OneTimeSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { grants = [], ...wish } = request.body;
      const done = await createAccount(store, managerOf(parts, request), { ...wish, grants });
      const { account, oneTimePassword } = told(parts, done);
      void reply.code(201).header("cache-control", "no-store");
      return { account: toBody(account), oneTimePassword };
    },
  );

  app.post(
    "/api/v1/accounts/:name/disable",
    {
      preParsing,
      schema: {
        summary: "Disable an account; a reset wakes it 停用账号",
        tags,
        params: Type.Object({ name }),
        body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) }, closed),
        response: { 200: AccountSchema, ...problemResponses },
      },
    },
    async (request) => {
      const wish = { ...request.params, ...request.body };
      return toBody(told(parts, await disableAccount(store, managerOf(parts, request), wish)));
    },
  );

  app.post(
    "/api/v1/accounts/:name/reset",
    {
      preParsing,
      schema: {
        summary: "Give out a new one-time password 重置密码",
        tags,
        params: Type.Object({ name }),
        body: Type.Object(
          { secondFactor: Type.Boolean({ description: "true: the lost phone is removed too" }) },
          closed,
        ),
        response: { 200: OneTimeSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const wish = { ...request.params, alsoSecondFactor: request.body.secondFactor };
      const done = await resetPassword(store, managerOf(parts, request), wish);
      const { account, oneTimePassword } = told(parts, done);
      void reply.header("cache-control", "no-store");
      return { account: toBody(account), oneTimePassword };
    },
  );
};

const addGrants = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.post(
    "/api/v1/accounts/:name/grants",
    {
      preParsing,
      schema: {
        summary: "Give a role over an area 授权",
        tags,
        params: Type.Object({ name }),
        body: GrantSchema,
        response: { 200: AccountSchema, ...problemResponses },
      },
    },
    async (request) => {
      const wish = { ...request.params, grant: request.body };
      return toBody(told(parts, await giveGrant(parts.store, managerOf(parts, request), wish)));
    },
  );

  app.delete(
    "/api/v1/accounts/:name/grants",
    {
      preParsing,
      schema: {
        summary: "Withdraw a role over an area 撤销授权",
        tags,
        params: Type.Object({ name }),
        querystring: Type.Object({ role: Type.Enum(roles), area }),
        response: { 200: AccountSchema, ...problemResponses },
      },
    },
    async (request) => {
      const wish = { ...request.params, grant: request.query };
      const done = await withdrawGrant(parts.store, managerOf(parts, request), wish);
      return toBody(told(parts, done));
    },
  );
};

const addSessions = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.get(
    "/api/v1/accounts/:name/sessions",
    {
      preParsing,
      schema: {
        summary: "Where an account is logged in 账号的登录",
        tags,
        params: Type.Object({ name }),
        response: { 200: SessionListSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { name: user } = await visible(parts, request, request.params.name);
      const of = { user, nowMs: parts.clock.now().wallMs, ownToken: callerOf(request).token };
      return { items: [...(await listSessions(parts.store.db, of))] };
    },
  );

  app.delete(
    "/api/v1/accounts/:name/sessions/:id",
    {
      preParsing,
      schema: {
        summary: "End a session of an account, or `all` 强制下线",
        tags,
        params: Type.Object({ name, id: SessionIdSchema }),
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      told(parts, await endSessions(parts.store, managerOf(parts, request), request.params));
      return reply.code(204).send(null);
    },
  );
};

const managerOf = (parts: HttpParts, request: FastifyRequest): Manager => {
  const { user, areas } = callerOf(request);
  return { name: user.name, areas, source: request.ip, nowMs: parts.clock.now().wallMs };
};

const visible = async (
  parts: HttpParts,
  request: FastifyRequest,
  account: string,
): Promise<AccountView> => {
  const found = await accountNamed(parts.store.db, account, callerOf(request).areas);
  if (found === undefined) throw refusal({ kind: "unknown" });
  return found;
};

/** What came of it, once open pages have been told; or the reason why nothing did. */
const told = <Value>(parts: HttpParts, done: Result<Value, ManageFailure>): Value => {
  if (!done.ok) throw refusal(done.error);
  parts.broadcast.wake();
  return done.value;
};

const statusByFailure: Readonly<Record<ManageFailure["kind"], number>> = {
  unknown: 404,
  "name-taken": 409,
  beyond: 403,
  "no-such-area": 422,
  "last-admin": 409,
  "four-eyes": 409,
};

const refusal = ({ kind }: ManageFailure): ProblemError =>
  new ProblemError({
    status: statusByFailure[kind],
    kind: kind === "unknown" ? "not-found" : kind,
    title: kind === "unknown" ? "Not found" : "Refused",
    detail: explainManageFailure[kind],
  });

const toBody = (account: AccountView) => ({
  ...account,
  grants: account.grants.map((grant) => ({ ...grant })),
});
