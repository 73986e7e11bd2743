import { beforeEach, expect, test } from "vitest";
import { createMessageQueues, type MessageQueues, type QueuedMessage } from "./message-queues.ts";

let queues: MessageQueues;
beforeEach(() => {
  queues = createMessageQueues(3);
});

const message = (counter: number): QueuedMessage => ({
  cmd: "publish",
  brokerId: "b",
  brokerCounter: counter,
  topic: `t/${counter}`,
  payload: Buffer.from("x"),
  qos: 1,
  retain: false,
  dup: false,
});
const topics = () => queues.replay("c").map(({ topic }) => topic);

test("messages wait in order until they are acknowledged", () => {
  for (const counter of [1, 2, 3]) queues.add("c", message(counter));
  queues.sent("c", { ...message(2), messageId: 7 });

  expect(queues.acknowledged("c", 7)?.message.topic).toBe("t/2");
  expect(queues.acknowledged("c", 7)).toBeUndefined();
  expect(topics()).toEqual(["t/1", "t/3"]);
});

test("a full queue loses its oldest, and says which", () => {
  for (const counter of [1, 2, 3]) queues.add("c", message(counter));

  expect(queues.add("c", message(4)).evicted?.message.topic).toBe("t/1");
  expect(topics()).toEqual(["t/2", "t/3", "t/4"]);
  expect(queues.total()).toBe(3);
});

test("a packet id of an earlier connection does not acknowledge anything in the next", () => {
  queues.add("c", message(1));
  queues.sent("c", { ...message(1), messageId: 7 });
  queues.replay("c");

  expect(queues.acknowledged("c", 7)).toBeUndefined();
  expect(topics()).toEqual(["t/1"]);
});

test("what the receiver has (QoS 2) is not sent again, only released again", () => {
  queues.add("c", { ...message(1), qos: 2 });
  queues.sent("c", { ...message(1), messageId: 7 });
  queues.sent("c", { ...message(0), cmd: "pubrel", messageId: 7 });

  expect(queues.replay("c")).toMatchObject([{ cmd: "pubrel", messageId: 7 }]);
  expect(queues.acknowledged("c", 7)?.message.topic).toBe("t/1");
});

test("numbers go on rising after a restart, so order survives it", () => {
  queues.restore("c", { number: 41, message: message(1) });

  expect(queues.add("c", message(2)).place.number).toBe(42);
});

test("a session that starts clean has nothing waiting", () => {
  queues.add("c", message(1));
  queues.add("d", message(1));

  expect(queues.clear("c").map(({ number }) => number)).toEqual([1]);
  expect(topics()).toEqual([]);
  expect(queues.total()).toBe(1);
});
