import type { FastifyDynamicSwaggerOptions, SwaggerTransform } from "@fastify/swagger";
import { rolesWith } from "../rights/permissions.ts";
import { rightOfRoute } from "../rights/route-rights.ts";

/** The head of the API's description; its paths come from the routes. */
export const openApiDocument: NonNullable<FastifyDynamicSwaggerOptions["openapi"]> = {
  openapi: "3.1.0",
  info: {
    title: "Canary 金丝雀 street center",
    version: "1.0.0",
    description:
      "街道中心接口。Log in with POST /api/v1/session; the session is an HttpOnly cookie. " +
      "Problems are RFC 9457 with a Chinese `detail` and an English `detailEn`.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  components: {
    securitySchemes: {
      session: {
        type: "apiKey",
        in: "cookie",
        name: "canary_session",
        description: "Set by POST /api/v1/session; over HTTPS its name is `__Host-canary_session`.",
      },
      signature: {
        type: "apiKey",
        in: "header",
        name: "canary-signature",
        description: "HMAC-SHA256 over time, nonce and body; docs/intake.md shows how.",
      },
    },
  },
  tags: [
    { name: "session", description: "Logging in and out 登录" },
    { name: "desk", description: "The live duty page 值班台" },
    { name: "alarms", description: "Alarms and signing for them 报警与签收" },
    {
      name: "cases",
      description: "Cases, from the alarm to the verified close, and pages 事件与通知",
    },
    { name: "figures", description: "Response times, load and noise of a period 统计指标" },
    { name: "gateways", description: "Gateways and completeness 网关与无缺证明" },
    { name: "people", description: "Residents and their contacts, masked 居民与联系人" },
    { name: "accounts", description: "Accounts, roles and areas 账号与授权" },
    { name: "audit", description: "Who did and saw what 审计日志" },
    { name: "detectors", description: "What detectors measured 探测器读数" },
    { name: "register", description: "Where everything is and hangs 登记" },
    { name: "intake", description: "Reports from residents, staff and other systems 一个口子" },
    { name: "operation", description: "Health and metrics 运行状态" },
  ],
};

/** How one proves to a route who one is, and which roles may call it: as `route-rights.ts` decides. */
export const describeRights: SwaggerTransform = ({ schema, url, route }) => {
  const method = typeof route.method === "string" ? route.method : (route.method[0] ?? "");
  const who = rightOfRoute(method, url)?.who ?? "stranger";
  const isSigned = url === "/api/v1/intake/events";
  const security = who === "stranger" ? (isSigned ? [{ signature: [] }] : []) : [{ session: [] }];
  const roles = who === "stranger" || who === "self" ? {} : { "x-roles": [...rolesWith[who]] };
  return { url, schema: { ...schema, security, ...roles } };
};
