/**
 * A center that keeps nothing: it acknowledges and answers what a gateway sends as fast as it comes,
 * to measure what the gateway alone can do. `node answering-center.ts <port>`.
 *
 * Sends its parent number and subject of the records that came, in order.
 */
import { gatewayId } from "#domain/ids.ts";
import { ok } from "#domain/result.ts";
import { downTopic, parseUpMessage, type Receipt } from "#domain/wire.ts";
import { openMqttListener } from "#platform/mqtt-listener/listener.ts";

/** A record of which `subject` has something to say. */
export interface Came {
  readonly seq: number;
  readonly subject: string;
}

const gateway = gatewayId("gw-bench");
const receiptTopic = downTopic(gateway, "receipt");

/** Numbers that came, as ranges; a gateway sends its backlog in order and new alarms in between. */
const createNumbers = () => {
  let ranges: (readonly [number, number])[] = [];
  const add = (seq: number): void => {
    const at = ranges.findIndex(([from, to]) => from <= seq + 1 && seq <= to + 1);
    const near = ranges[at];
    if (near === undefined) ranges.push([seq, seq]);
    else ranges[at] = [Math.min(near[0], seq), Math.max(near[1], seq)];
    if (near !== undefined && seq === near[1] + 1 && ranges.length > 1) ranges = merged(ranges);
  };
  return {
    add,
    promise: (): Pick<Receipt["data"], "upTo" | "holes"> => {
      const sorted = merged(ranges);
      const holes = sorted.flatMap(([from], at): [number, number][] => {
        const before = sorted[at - 1]?.[1] ?? 0;
        return from > before + 1 ? [[before + 1, from - 1]] : [];
      });
      return { upTo: sorted.at(-1)?.[1] ?? 0, holes };
    },
  };
};

const merged = (ranges: readonly (readonly [number, number])[]): (readonly [number, number])[] => {
  const result: (readonly [number, number])[] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1] + 1) {
      result[result.length - 1] = [last[0], Math.max(last[1], to)];
    } else result.push([from, to]);
  }
  return result;
};

const open = async (port: number) => {
  const numbers = createNumbers();
  let journalid: string | undefined;
  let ids: string[] = [];
  let arrivals: Came[] = [];
  let round: Promise<void> | undefined;

  const answer = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    round = undefined;
    const receipt: Receipt = {
      specversion: "1.0",
      id: "receipt",
      source: "/canary/center",
      type: "canary.receipt.v1",
      time: new Date().toISOString(),
      datacontenttype: "application/json",
      data: {
        ...(journalid !== undefined && { journalid }),
        ...numbers.promise(),
        ids,
        refused: [],
      },
    };
    ids = [];
    process.send?.(arrivals);
    arrivals = [];
    // After the PUBACKs of this round, as the center does it.
    setImmediate(() => void publish(receiptTopic, JSON.stringify(receipt)));
  };
  const listener = await openMqttListener({
    host: "127.0.0.1",
    port,
    limits: { messagesPerSecond: 100_000, burst: 200_000, payloadBytes: 1024 * 1024 },
    authenticate: () =>
      ok({ mayPublish: () => true, maySubscribe: () => true, mayRetain: () => false }),
    onPublish: ({ topic, payload }) => {
      if (topic.endsWith("/telemetry")) return undefined;
      const message = parseUpMessage(Buffer.from(payload).toString());
      if (!message.ok) throw new Error(JSON.stringify(message.error));
      const { value } = message;
      journalid = value.journalid ?? journalid;
      if (value.type === "canary.status.v1" || value.seq === undefined) ids.push(value.id);
      else {
        numbers.add(Number(value.seq));
        arrivals.push({ seq: Number(value.seq), subject: value.subject ?? "" });
      }
      round ??= answer();
      return round;
    },
    onFault: () => {},
  });
  if (!listener.ok) throw new Error(listener.error.en);
  const publish = (topic: string, payload: string): Promise<void> =>
    listener.value.publish(topic, payload, { qos: 1, retain: false });
};

if (import.meta.main) {
  await open(Number(process.argv[2]));
  process.send?.("ready");
}
