/**
 * One gateway and its center, each whole but for the wire between them, which the story cuts and
 * mends. Time is moved by hand, and both sides share one clock.
 */
import { ensureSigningKey } from "#center/commands/signing-key.ts";
import { createCommandSender } from "#center/commands/send-commands.ts";
import { alarmPage } from "#center/desk/read-alarms.ts";
import { signAlarm } from "#center/desk/sign-alarm.ts";
import { openGround, openTestVault } from "#center/open-ground.testing.ts";
import type { Actor } from "#domain/rights.ts";
import { isDanger } from "#domain/alarm.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import { detectorId, gatewayId, userId } from "#domain/ids.ts";
import { upTopic } from "#domain/wire.ts";
import { recordMessage, statusMessage, volatileMessage } from "#gateway/uplinks/messages.ts";
import { exampleSite, openGateway } from "./open-gateway.ts";

const gateway = gatewayId("gw-xian-1");
const encoder = new TextEncoder();

export const openCutStreet = async () => {
  const edge = await openGateway(exampleSite());
  const ground = await openGround();
  const { clock } = edge.time;
  const sent: string[] = [];
  let cut = false;
  let beats = 0;

  const sendDue = createCommandSender({
    store: ground.store,
    clock,
    privateKey: (await ensureSigningKey(ground.store, await openTestVault(ground.store)))
      .privatePem,
    send: (_topic, payload) => {
      if (cut) return Promise.reject(new Error("the line is cut"));
      sent.push(payload);
      edge.command(payload);
      return Promise.resolve();
    },
  });
  const tellUp = (lane: Parameters<typeof upTopic>[1], message: object): Promise<void> =>
    ground.take({
      topic: upTopic(gateway, lane),
      payload: encoder.encode(JSON.stringify(message)),
    });

  /** What would go to and fro in a moment, if the line is up: everything pending, a heartbeat, commands. */
  const exchange = async (): Promise<void> => {
    await edge.settle();
    if (cut) {
      await sendDue();
      return;
    }
    for (let round = 0; round < 2; round += 1) {
      const now = clock.now();
      for (const record of await edge.records()) {
        await tellUp(record.lane, recordMessage(gateway, record, now));
      }
      beats += 1;
      const report = {
        sentAtMs: now.wallMs,
        lastSeq: 0,
        pending: 0,
        drill: false,
        detectors: [],
        faults: [],
      };
      await tellUp("state", statusMessage(gateway, beats, report, undefined, now));
      await sendDue();
      await edge.settle();
    }
  };
  const alarms = async (): Promise<readonly DeskAlarm[]> =>
    (await alarmPage(ground.store.db, { openOnly: false, limit: 100 })).items;

  return {
    edge,
    sent,
    exchange,
    alarms,
    cutLine: () => {
      cut = true;
    },
    mendLine: async () => {
      cut = false;
      edge.time.advance(10_000);
      await exchange();
      edge.time.advance(10_000);
      await exchange();
    },
    /** A person at a desk signs for the gas or CO alarm of this detector. */
    signAtDesk: async (user: string, detector: string): Promise<string> => {
      const alarm = (await alarms()).find(
        ({ notice }) => notice.event.detector === detector && isDanger(notice.event.alarmClass),
      );
      if (alarm === undefined) return "no such alarm";
      const outcome = await ground.store.write((tx) =>
        signAlarm(tx, {
          episode: alarm.episode,
          version: alarm.case.version,
          actor: dutyNamed(user),
          source: "10.0.0.1",
          nowMs: clock.now().wallMs,
        }),
      );
      return outcome.kind;
    },
    /** The same at the gateway's own board. */
    signAtBoard: async (by: string, detector: string): Promise<string> => {
      const alarm = (await edge.alarms()).find(
        ({ event }) => event.detector === detector && isDanger(event.alarmClass),
      );
      if (alarm === undefined) return "no such alarm";
      const done = edge.pipeline().command(detectorId(detector), {
        kind: "acknowledge",
        rule: alarm.event.rule,
        by: userId(by),
        origin: { side: "board", source: "192.168.1.20" },
      });
      if (!done.ok) return done.error.en;
      await done.value.kept;
      return "signed";
    },
    /** Whoever has looked there lets the latched alarm go. */
    resetAtBoard: async (by: string, detector: string): Promise<string> => {
      const done = edge.pipeline().command(detectorId(detector), {
        kind: "reset",
        rule: "device-alarm-co",
        by: userId(by),
        reason: "已到场查看",
        origin: { side: "board", source: "192.168.1.20" },
      });
      if (!done.ok) return done.error.en;
      await done.value.kept;
      return "reset";
    },
    /** Another gateway says that it has carried out this command. */
    strangerAnswers: async (command: string): Promise<void> => {
      const other = gatewayId("gw-2");
      const at = clock.now();
      const action = {
        id: "stolen",
        kind: "acknowledged" as const,
        detector: detectorId("kitchen"),
        rule: "co" as const,
        by: "-",
        reason: "",
        at,
        origin: { side: "center" as const, command },
      };
      const notice = { action, where: { gateway: other }, drill: false };
      await ground.take({
        topic: upTopic(other, "action"),
        payload: encoder.encode(JSON.stringify(volatileMessage(other, notice, at))),
      });
    },
    close: ground.close,
  };
};

const dutyNamed = (name: string): Actor => ({ name, grants: [{ role: "duty", area: "/" }] });
