/** What a person at a desk of the center asks of this gateway: checked, done once, and answered. */
import type { ActionEvent } from "#domain/action.ts";
import {
  commandIdIn,
  parseCommand,
  signatureIn,
  type CommandMessage,
  type Order,
} from "#domain/command.ts";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { detectorId, episodeId, userId, type GatewayId } from "#domain/ids.ts";
import { epochMs } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import { downTopic, explainWireError } from "#domain/wire.ts";
import { both } from "#platform/log.ts";
import { isSignedBy } from "#platform/signature.ts";
import type { Keeper } from "../keeper.ts";
import type { HumanCommand, Pipeline } from "../pipeline.ts";
import type { Points } from "../points.ts";
import type { ReportFault } from "../ports.ts";
import { createTaken } from "./taken.ts";

export interface CommandDeps {
  readonly gateway: GatewayId;
  readonly drill: boolean;
  readonly clock: Clock;
  readonly pipeline: Pick<Pipeline, "command">;
  readonly points: Pick<Points, "byId">;
  readonly keeper: Pick<Keeper, "keep" | "save">;
  readonly reportFault: ReportFault;
  /** `ed25519:…`: only what the center signed with it is done. */
  readonly centerKey?: string | undefined;
  /** What the last process remembered, from `taken.ts`. */
  readonly remembered?: string | undefined;
}

/**
 * Takes messages of the center and carries out the commands among them.
 *
 * The answer is a record in the journal that names the command: the action itself, or a
 * `command-refused` with the reason. So it is numbered, confirmed and sent again like everything
 * else, and the center asks again until it has it. A command that comes a second time has no effect,
 * also after a restart; one whose time is up, or that is for others, is refused.
 */
export const createCommandTaker = (deps: CommandDeps) => {
  const topicOfMine = downTopic(deps.gateway, "command");
  const taken = createTaken(deps.remembered);

  const refuse = (id: string, reason: Bilingual, order?: Order): void => {
    const at = deps.clock.now();
    const action: ActionEvent = {
      id: `${id}:refused`,
      kind: "command-refused",
      detector: detectorId(order?.detector ?? "-"),
      rule: order?.rule ?? "all",
      ...(order?.episode !== undefined && { episode: episodeId(order.episode) }),
      by: order?.by ?? "-",
      reason: both(reason),
      at,
      origin: {
        side: "center",
        command: id,
        ...(order !== undefined && { askedAtMs: order.atMs }),
      },
    };
    const { gateway, drill } = deps;
    const notice = { action, where: { gateway }, drill };
    taken.add(id);
    // Nobody waits for this; the keeper reports and retries on its own.
    deps.keeper.keep(taken.name, [{ lane: "action", notice }], taken.json()).catch(() => undefined);
  };

  const carryOut = ({ id, data }: CommandMessage): void => {
    const detector = detectorId(data.detector);
    if (!isCarriedOut(deps.points.byId.get(detector), id)) {
      const command = commandOf(id, data);
      const done = command.ok ? deps.pipeline.command(detector, command.value) : command;
      if (!done.ok) {
        refuse(id, done.error, data);
        return;
      }
    }
    taken.add(id);
    deps.keeper.save([{ detector: taken.name, json: taken.json() }]);
  };

  return (topic: string, payload: string): void => {
    if (topic !== topicOfMine) return;
    const id = commandIdIn(payload);
    if (id !== undefined && taken.has(id)) return;
    const parsed = parseCommand(payload);
    if (!parsed.ok) {
      const why = explainWireError(parsed.error);
      deps.reportFault({ key: "command-unreadable", present: true, text: unreadable(why) });
      if (id !== undefined && isUnknownKind(payload, deps.centerKey)) refuse(id, why);
      return;
    }
    deps.reportFault({ key: "command-unreadable", present: false, text: readable });
    const message = parsed.value;
    const forged = !isSigned(payload, deps.centerKey);
    deps.reportFault({ key: "command-forged", present: forged, text: forged ? forgery : readable });
    // Nor is a forgery answered under its id, readable or not: whoever sends one could so have the true
    // one taken for done, or fill the journal.
    if (forged) return;
    const wrong = whyNotMine(message, deps);
    if (wrong === undefined) carryOut(message);
    else refuse(message.id, wrong, message.data);
  };
};

const isSigned = (
  payload: string,
  centerKey: string | undefined,
  found = signatureIn(payload),
): boolean =>
  centerKey === undefined ||
  (found !== undefined && isSignedBy(centerKey, found.text, found.signature));

/** For one that cannot be read; false for a true command whose envelope, which nobody signs, was spoilt. */
const isUnknownKind = (payload: string, centerKey: string | undefined): boolean => {
  const found = signatureIn(payload);
  return isSigned(payload, centerKey, found) && found?.isOrder !== true;
};

const whyNotMine = (
  { data }: CommandMessage,
  { gateway, clock }: Pick<CommandDeps, "gateway" | "clock">,
): Bilingual | undefined => {
  if (data.gateway !== gateway) return notMine(data.gateway, gateway);
  const { wallMs } = clock.now();
  return wallMs > data.expiresAtMs ? expired(data.expiresAtMs, wallMs) : undefined;
};

/** The process ended between doing it and remembering so: the signature itself remembers. */
const isCarriedOut = (point: ReturnType<Points["byId"]["get"]>, command: string): boolean =>
  point?.state.alarms.life.some(
    ({ signatures }) => signatures?.some((one) => one.command === command) === true,
  ) === true;

const commandOf = (id: string, data: Order): Result<HumanCommand, Bilingual> => {
  const by = userId(data.by);
  const origin = { side: "center" as const, command: id, askedAtMs: data.atMs };
  switch (data.kind) {
    case "acknowledge": {
      const { rule, episode, seen } = data;
      if (rule === "all") return err(oneRule);
      return ok({
        kind: "acknowledge",
        rule,
        by,
        origin,
        ...(episode !== undefined && { episode }),
        ...(seen !== undefined && { seen }),
      });
    }
    case "release-hush":
      return ok({ kind: "release-hush", by, reason: data.reason ?? "", origin });
  }
};

const oneRule: Bilingual = {
  zh: "签收须指明是哪一条报警规则。",
  en: "A signature must name the rule it is for.",
};

const readable: Bilingual = {
  zh: "中心的指令恢复正常",
  en: "commands of the center are well again",
};

const unreadable = (why: Bilingual): Bilingual => ({
  zh: `中心的一条指令无法读取(${why.zh}),未执行。请检查中心和网关的版本`,
  en: `a command of the center cannot be read (${why.en}) and was not carried out. Check the versions of center and gateway`,
});

const forgery: Bilingual = {
  zh: "收到签名不符的指令,未执行。请核对站点文件 gateway.center.commandKey 与中心启动日志中的公钥;若一致,则有人冒充中心",
  en: "a command with a wrong signature was not carried out. Compare gateway.center.commandKey in the site file with the key in the center's start log; if they are the same, somebody poses as the center",
};

const notMine = (named: string, own: string): Bilingual => ({
  zh: `指令是给网关「${named}」的,本网关是「${own}」。`,
  en: `The command is for gateway "${named}", this is "${own}".`,
});

const expired = (expiresAtMs: number, nowMs: number): Bilingual => {
  const [limit, now] = [expiresAtMs, nowMs].map((ms) => epochToRfc3339(epochMs(Math.round(ms))));
  return {
    zh: `指令已过期:有效至 ${limit},网关时钟现为 ${now}。请重新操作,并核对时钟。`,
    en: `The command has expired: it was good until ${limit}, the gateway's clock says ${now}. Do it again, and compare the clocks.`,
  };
};
