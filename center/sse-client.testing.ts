/** A page's stream, read over real HTTP. */
export interface StreamEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

export interface StreamReader {
  /** Reads on until an event matches; answers everything read since the last call. */
  readonly until: (matches: (event: StreamEvent) => boolean) => Promise<readonly StreamEvent[]>;
  /** Resolves when the server ends the stream. */
  readonly ended: () => Promise<void>;
  readonly close: () => void;
}

export const followStream = async (
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<StreamReader> => {
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  if (!response.ok || response.body === null) {
    throw new Error(`stream: ${response.status} ${await response.text()}`);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  const waiting: StreamEvent[] = [];

  const readMore = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    if (done) return false;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    waiting.push(...blocks.map(parseBlock).filter((event) => event !== undefined));
    return true;
  };

  return {
    until: async (matches) => {
      const seen: StreamEvent[] = [];
      for (;;) {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          seen.push(next);
          if (matches(next)) return seen;
        }
        if (!(await readMore())) throw new Error(`the stream ended after ${seen.length} events`);
      }
    },
    ended: async () => {
      while (await readMore());
    },
    close: () => stop.abort(),
  };
};

const parseBlock = (block: string): StreamEvent | undefined => {
  const fields = new Map(
    block.split("\n").map((line): [string, string] => {
      const at = line.indexOf(": ");
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
  const event = fields.get("event");
  return event === undefined
    ? undefined
    : { event, id: fields.get("id"), data: JSON.parse(fields.get("data") ?? "null") };
};
