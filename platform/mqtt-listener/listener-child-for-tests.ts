/** For tests: a listener in a process of its own, to be killed. Argument: data folder or nothing. */
import { ok } from "#domain/result.ts";
import { openMqttListener } from "./listener.ts";

const [, , dataFolder] = process.argv;
const opened = await openMqttListener({
  host: "127.0.0.1",
  port: 0,
  ...(dataFolder === undefined ? {} : { dataFolder }),
  limits: { messagesPerSecond: Infinity, queuedMessages: 5_000, payloadBytes: 10_000 },
  authenticate: () => ok({ mayPublish: () => true, maySubscribe: () => true }),
  onPublish: () => undefined,
  onFault: ({ text }) => process.stderr.write(`${text.en}\n`),
});
if (!opened.ok) throw new Error(opened.error.en);
/** What is really held: the collector comes first where the test has exposed it. */
const heldBytes = (): number => {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
process.on("message", () => process.send?.({ held: heldBytes() }));
process.send?.({ port: opened.value.port });
