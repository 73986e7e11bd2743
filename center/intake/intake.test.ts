import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openGround, type Ground } from "../open-ground.testing.ts";
import { createIntake } from "./intake.ts";

// Many commits and password checks: a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

let ground: Ground;
beforeEach(async () => {
  ground = await openGround();
});
afterEach(() => ground.close());
const gateway = createFakeGateway("gw-1");

test("while the disk refuses, nobody is acknowledged or receipted; mended, the resend goes in", async () => {
  await ground.breakDisk();
  const tries = await Promise.allSettled(
    [1, 2, 3].map((seq) => ground.take(gateway.alarm({ seq, episode: `e${seq}` }))),
  );
  expect(tries.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(ground.receipts).toEqual([]);
  expect(ground.troubles.at(-1)?.zh).toContain("中心数据库写入失败");

  await ground.mendDisk();
  await Promise.all(
    [1, 2, 3].map((seq) => ground.take(gateway.alarm({ seq, episode: `e${seq}` }))),
  );
  expect((await ground.desk()).alarms).toHaveLength(3);
  expect(ground.lastReceipt()).toMatchObject({ upTo: 3, holes: [] });
  expect(ground.troubles.at(-1)).toBeUndefined();
});

test("what waits together is committed together, and acknowledged only after its commit", async () => {
  const order: string[] = [];
  const taken = Array.from({ length: 500 }, (_, index) =>
    ground
      .take(gateway.alarm({ seq: index + 1, episode: `e${index}` }))
      .then(() => order.push(`ack ${index + 1}`)),
  );
  await Promise.all(taken);
  expect(ground.batches).toEqual([500]);
  expect(ground.receipts).toHaveLength(1);
  expect(order[0]).toBe("ack 1");
  expect(await ground.countRows("alarms")).toBe(500);
});

test("a message on a topic that is no gateway's is our own mistake and is thrown", async () => {
  await expect(
    ground.take({ topic: "canary/v1/gateways/gw-1/up/gossip", payload: new Uint8Array() }),
  ).rejects.toThrow("no up topic");
});

test("a number that cannot be one does not keep the alarm out", async () => {
  const message = { ...gateway.message({ seq: 1 }), seq: "99999999999999999999" };
  await ground.take(gateway.tell("alarm", message));
  expect((await ground.desk()).alarms).toHaveLength(1);
  expect(ground.lastReceipt()).toMatchObject({ upTo: 0, ids: [message.id] });
});

test("one failed transaction is no reason to refuse an alarm: it is tried again and goes in", async () => {
  const { store, time } = ground;
  let failures = 1;
  const refused: number[] = [];
  const intake = createIntake({
    store: {
      ...store,
      write: (work) =>
        failures-- > 0 ? Promise.reject(new Error("SQLITE_IOERR")) : store.write(work),
    },
    clock: time.clock,
    sendReceipt: () => {},
    onCommitted: (batch) => refused.push(batch.refused),
    onTrouble: () => {},
  });
  await intake.take(gateway.alarm({ seq: 1 }));
  expect(refused).toEqual([0]);
  expect((await ground.desk()).alarms).toHaveLength(1);
});
