import type { GatewayId } from "#domain/ids.ts";
import {
  downTopic,
  parseUpMessage,
  type RecordMessage,
  type Receipt,
  type StatusMessage,
  type UpMessage,
} from "#domain/wire.ts";
import type { CenterLink } from "./center-link.ts";

/** What goes wrong at the other end; a story sets and unsets it while it runs. */
export interface Troubles {
  /** The broker takes everything, the center does nothing with it. */
  centerDown?: boolean;
  receiptsLost?: boolean;
  /** Lost between the broker and the center's commit. */
  loses?: (message: RecordMessage) => boolean;
  losesStatus?: (message: StatusMessage) => boolean;
  refuses?: (message: RecordMessage) => boolean;
}

type ReceiptData = Receipt["data"];

/**
 * A link with a small center at its end, for stories: it commits what arrives and answers with
 * receipts, unless the story cuts the line or makes {@link Troubles}.
 */
export const createScriptedCenter = (gateway: GatewayId, wallMs: () => number) => {
  const receiptText = (data: ReceiptData): string => receiptAt(wallMs(), data);
  const troubles: Troubles = {};
  const line = createLine(gateway);
  const desk = createDesk(troubles);

  line.onPublish((payload) => {
    const parsed = parseUpMessage(payload);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    const isFirstOfMany = desk.take(parsed.value);
    // Everything that came in together is committed together and answered once.
    if (isFirstOfMany) queueMicrotask(() => queueMicrotask(() => answer(desk.receipt())));
  });
  const answer = (data: ReceiptData | undefined): void => {
    if (data !== undefined) line.deliver(receiptText(data));
  };

  return {
    link: line.link,
    setLine: line.set,
    troubles,
    /** A receipt of the story's own making. */
    deliver: (data: Partial<ReceiptData>): void => {
      line.deliver(receiptText({ upTo: 0, holes: [], ids: [], refused: [], ...data }));
    },
    deliverText: line.deliver,
    ...desk.record,
  };
};

const receiptAt = (wallMs: number, data: ReceiptData): string => {
  const receipt: Receipt = {
    specversion: "1.0",
    id: "receipt",
    source: "/canary/center",
    type: "canary.receipt.v1",
    time: new Date(wallMs).toISOString(),
    datacontenttype: "application/json",
    data,
  };
  return JSON.stringify(receipt);
};

const createDesk = (troubles: Troubles) => {
  const arrived: RecordMessage[] = [];
  const statuses: StatusMessage[] = [];
  let committed = new Map<number, string>();
  const committedIds = new Set<string>();
  let journalid: string | undefined;
  /** The highest number the gateway says it has written. */
  let recorded = 0;
  let unanswered: { ids: string[]; refused: ReceiptData["refused"] } | undefined;

  const takeRecord = (message: RecordMessage): void => {
    arrived.push(message);
    if (troubles.centerDown === true || troubles.loses?.(message) === true) return;
    if (troubles.refuses?.(message) === true) {
      const reason = { zh: "版本太旧", en: "unknown version" };
      unanswered?.refused.push({ id: message.id, reason });
      return;
    }
    committedIds.add(message.id);
    if (message.seq === undefined) unanswered?.ids.push(message.id);
    else committed.set(Number(message.seq), message.id);
  };

  return {
    take: (message: UpMessage): boolean => {
      if (message.type === "canary.status.v1" && troubles.losesStatus?.(message) === true) {
        return false;
      }
      const isFirst = unanswered === undefined;
      unanswered ??= { ids: [], refused: [] };
      // A new journal is counted from the start.
      if (message.journalid !== undefined && message.journalid !== journalid) {
        committed = new Map();
        recorded = 0;
      }
      journalid = message.journalid ?? journalid;
      if (message.type === "canary.status.v1") {
        statuses.push(message);
        unanswered.ids.push(message.id);
        recorded = Math.max(recorded, message.data.lastSeq);
      } else takeRecord(message);
      return isFirst;
    },
    receipt: (): ReceiptData | undefined => {
      const more = unanswered ?? { ids: [], refused: [] };
      unanswered = undefined;
      if (troubles.centerDown === true || troubles.receiptsLost === true) return undefined;
      const numbers = [...committed.keys()].sort((a, b) => a - b);
      return {
        ...(journalid === undefined ? {} : { journalid }),
        upTo: Math.max(recorded, numbers.at(-1) ?? 0),
        holes: holesIn(numbers, recorded),
        ...more,
      };
    },
    record: {
      /** Every alarm message that came over the line, repeats included, as `seq id` in order. */
      seen: (): readonly string[] => arrived.map(({ seq, id }) => `${seq ?? "-"} ${id}`),
      arrived: (): readonly RecordMessage[] => arrived,
      statuses: (): readonly StatusMessage[] => statuses,
      forgetSeen: (): void => {
        arrived.length = 0;
        statuses.length = 0;
      },
      committed: (): ReadonlySet<string> => committedIds,
      /** An older copy of its database is put back: these were not in it yet. */
      restoreWithout: (ids: readonly string[]): void => {
        for (const [seq, id] of committed) if (ids.includes(id)) committed.delete(seq);
        for (const id of ids) committedIds.delete(id);
      },
    },
  };
};

const holesIn = (numbers: readonly number[], recorded: number): [number, number][] => {
  const holes: [number, number][] = [];
  let next = 1;
  for (const number of numbers) {
    if (number > next) holes.push([next, number - 1]);
    next = number + 1;
  }
  if (recorded >= next) holes.push([next, recorded]);
  return holes;
};

export const createLine = (gateway: GatewayId) => {
  let up = false;
  let onPublish: (payload: string) => void = () => {};
  const stateHandlers: ((up: boolean) => void)[] = [];
  const messageHandlers: ((topic: string, payload: string) => void)[] = [];

  const set = (nowUp: boolean): void => {
    up = nowUp;
    for (const handler of stateHandlers) handler(up);
  };
  const link: CenterLink = {
    publish: async (_topic, payload) => {
      if (!up) throw new Error("the line is down");
      queueMicrotask(() => {
        onPublish(payload);
      });
    },
    onMessage: (handler) => {
      messageHandlers.push(handler);
    },
    onState: (handler) => {
      stateHandlers.push(handler);
      handler(up);
    },
    close: async () => {
      set(false);
    },
  };

  return {
    link,
    onPublish: (handler: (payload: string) => void): void => {
      onPublish = handler;
    },
    set,
    /** As over a wire: never inside the call that caused it, and never over a line that is cut. */
    deliver: (payload: string): void => {
      queueMicrotask(() => {
        if (!up) return;
        for (const handler of messageHandlers) handler(downTopic(gateway, "receipt"), payload);
      });
    },
  };
};
