import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseCommand, signedText, type CommandMessage } from "#domain/command.ts";
import type { ActionKind, ActionOrigin } from "#domain/action.ts";
import { isSignedBy, publicKeyOf } from "#platform/signature.ts";
import { createFakeGateway, type Told } from "../fake-gateway.testing.ts";
import type { Vault } from "../vault/seal.ts";
import {
  openGround,
  openTestVault,
  type Ground,
  type NewDatabase,
} from "../open-ground.testing.ts";
import type { Actor } from "#domain/rights.ts";
import { signAlarm } from "../desk/sign-alarm.ts";
import { createCommandSender } from "./send-commands.ts";
import { ensureSigningKey } from "./signing-key.ts";

/** What is promised of a desk's signature until its gateway has answered, on whichever database. */
export const commandsContract = (database: string, newDatabase: NewDatabase): void => {
  const gateway = createFakeGateway("gw-1");
  let ground: Ground;
  let key: string;
  let vault: Vault;
  let sent: CommandMessage[];
  let sendDue: () => Promise<boolean>;
  beforeEach(async () => {
    ground = await openGround(newDatabase);
    vault = await openTestVault(ground.store);
    const made = await ensureSigningKey(ground.store, vault);
    expect(made.isNew).toBe(true);
    key = made.privatePem;
    sent = [];
    sendDue = createCommandSender({
      store: ground.store,
      clock: ground.time.clock,
      privateKey: key,
      send: (topic, payload) => {
        const parsed = parseCommand(payload);
        if (!parsed.ok) throw new Error(`no command: ${payload}`);
        expect(topic).toBe("canary/v1/gateways/gw-1/down/command");
        sent.push(parsed.value);
        return Promise.reject(new Error("lost on the way"));
      },
    });
    await ground.take(gateway.alarm({ seq: 1 }));
    await ground.take(gateway.status({ atMs: 1 }));
  });
  afterEach(() => ground.close());

  const sign = async (user = "李敏") => {
    const nowMs = ground.time.clock.now().wallMs;
    return ground.store.write((tx) =>
      signAlarm(tx, {
        episode: "ep-1",
        version: 1,
        actor: dutyNamed(user),
        source: "10.0.0.1",
        nowMs,
      }),
    );
  };
  /** The gateway's record of a deed, perhaps naming a command. */
  const answer = (
    kind: ActionKind,
    origin: ActionOrigin,
    from = gateway,
    by = "李敏",
    episode = "ep-1",
  ): Told => {
    const atMs = 60_000;
    const { payload } = from.action({ kind, by, atMs });
    const message = JSON.parse(new TextDecoder().decode(payload));
    const action = { ...message.data.action, id: `${kind}-${by}`, episode, origin };
    return from.tell("action", {
      ...message,
      id: action.id,
      data: { ...message.data, action },
    });
  };
  const alarm = async () => (await ground.desk()).alarms[0];

  describe(`commands on ${database}`, { timeout: 30_000 }, () => {
    test("signing queues one, signed with the center's key, sent again until it is answered", async () => {
      await sign();
      expect(await alarm()).toMatchObject({ commands: [{ by: "李敏", state: "waiting" }] });
      await sendDue();
      await sendDue();
      expect(sent).toHaveLength(1);
      ground.time.advance(2_000);
      await sendDue();
      ground.time.advance(4_000);
      await sendDue();
      expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
      expect(sent).toHaveLength(3);
      const [first] = sent;
      if (first === undefined) throw new Error("nothing was sent");
      expect(first.data).toMatchObject({
        kind: "acknowledge",
        episode: "ep-1",
        seen: "ep-1/raised/0",
      });
      expect(isSignedBy(publicKeyOf(key), signedText(first), first.signature ?? "")).toBe(true);

      await ground.take(answer("acknowledged", { side: "center", command: first.id }));
      expect(await alarm()).toMatchObject({ commands: [{ state: "done" }] });
      ground.time.advance(60_000);
      await sendDue();
      expect(sent).toHaveLength(3);
    });

    test("nothing is sent to a gateway that is away, and what has expired is given up", async () => {
      await ground.store.write((tx) => tx.updateTable("gateways").set({ link: "lost" }).execute());
      await sign();
      await sendDue();
      expect(sent).toEqual([]);
      ground.time.advance(24 * 3_600_000 + 1);
      expect(await sendDue()).toBe(true);
      expect(await alarm()).toMatchObject({ commands: [{ state: "expired" }] });
    });

    test("a refusal is shown with its reason, and takes back nothing that was done", async () => {
      await sign();
      await sendDue();
      const command = sent[0]?.id ?? "";
      await ground.take(answer("command-refused", { side: "center", command }));
      expect(await alarm()).toMatchObject({ commands: [{ state: "refused", reason: "换电池" }] });
      await ground.take(answer("acknowledged", { side: "center", command }));
      expect(await alarm()).toMatchObject({ commands: [{ state: "done" }] });
    });

    test("another gateway cannot answer for this one", async () => {
      await sign();
      await sendDue();
      const origin: ActionOrigin = { side: "center", command: sent[0]?.id ?? "" };
      await ground.take(answer("acknowledged", origin, createFakeGateway("gw-2", "journal-2")));
      expect(await alarm()).toMatchObject({ commands: [{ state: "waiting" }] });
    });

    test("a signature that a restored backup has forgotten comes back with the gateway's record", async () => {
      const restored = await openGround(newDatabase);
      try {
        await restored.take(gateway.alarm({ seq: 1 }));
        const origin = { side: "center", command: "before-the-crash", askedAtMs: 42_000 } as const;
        await restored.take(answer("acknowledged", origin));
        const [found] = (await restored.desk()).alarms;
        expect(found?.case).toMatchObject({ state: "accepted", acceptedBy: "李敏" });
        const { signed_at_ms: atMs } = await restored.store.db
          .selectFrom("case_alarms")
          .select("signed_at_ms")
          .executeTakeFirstOrThrow();
        expect(atMs).toBe(42_000);
      } finally {
        await restored.close();
      }
    });

    test("the key is made once and stays", async () => {
      const kept = { privatePem: key, isNew: false };
      expect(await ensureSigningKey(ground.store, vault)).toEqual(kept);
    });

    test("a signature at the board accepts the case, also when it comes before its alarm", async () => {
      await ground.take(answer("acknowledged", { side: "board" }, gateway, "王强"));
      expect(await alarm()).toMatchObject({ case: { state: "accepted", acceptedBy: "王强" } });

      const late = createFakeGateway("gw-2", "journal-2");
      await ground.take(answer("acknowledged", { side: "board" }, late, "赵军"));
      await ground.take(late.alarm({ seq: 2 }));
      const other = (await ground.desk()).alarms.find(
        ({ notice }) => notice.where.gateway === "gw-2",
      );
      expect(other?.case).toMatchObject({ state: "accepted", acceptedBy: "赵军" });
    });

    test("a signature at the board under a name its gateway has forgotten signs for the alarm that goes on", async () => {
      const weak = createFakeGateway("gw-3", "journal-3");
      // Never written down: the disk failed. Started again, the gateway gives it another name.
      await ground.take(weak.alarm({ episode: "forgotten", atMs: 1_000 }));
      await ground.take(weak.alarm({ episode: "goes-on", seq: 1, atMs: 5_000 }));
      const [one, ...others] = (await ground.desk()).alarms.filter(
        ({ notice }) => notice.where.gateway === "gw-3",
      );
      expect(others).toEqual([]);
      expect(one?.case.state).toBe("reported");
      await ground.take(answer("acknowledged", { side: "board" }, weak, "钱红", "forgotten"));
      const after = (await ground.desk()).alarms.find(({ episode }) => episode === one?.episode);
      expect(after?.case).toMatchObject({ state: "accepted", acceptedBy: "钱红" });
    });

    test("of a desk and a board the first by time owns the case, however late its word comes", async () => {
      await sign();
      // The board's minute lies before the desk's.
      await ground.take(answer("acknowledged", { side: "board" }, gateway, "王强"));
      expect((await alarm())?.case.acceptedBy).toBe("王强");
      expect(await ground.countRows("audit")).toBe(2);
      // And again: nothing new.
      await ground.take(answer("acknowledged", { side: "board" }, gateway, "王强"));
      expect(await ground.countRows("audit")).toBe(2);
    });
  });
};

const dutyNamed = (name: string): Actor => ({ name, grants: [{ role: "duty", area: "/" }] });
