import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { changesChannel } from "./stream-log.ts";

const retryMs = 1_000;
/** How often the database is asked whether it is there, and how long its answer may take. */
const askEveryMs = 1_000;
const answerMaxMs = 3_000;

export interface ChangeListener {
  /** Whether the database answers us. */
  readonly isUp: () => boolean;
  readonly close: () => Promise<void>;
}

/**
 * Hears on a connection of its own when any center has committed something that pages show, and
 * asks once a second whether the database is still there: behind a cut cable nobody says so. For
 * ever: a lost connection is made anew, and `onChange` is called then for what was missed.
 */
export const listenForChanges = (options: {
  readonly databaseUrl: string;
  readonly onChange: () => void;
}): ChangeListener => {
  let up = false;
  let client: Client | undefined;
  const ended = new AbortController();

  const hold = async (): Promise<void> => {
    const own = new Client({
      connectionString: options.databaseUrl,
      connectionTimeoutMillis: answerMaxMs,
      query_timeout: answerMaxMs,
      keepAlive: true,
    });
    client = own;
    const broken = new Promise<void>((resolve) => {
      own.on("error", () => resolve());
      own.on("end", () => resolve());
    });
    own.on("notification", options.onChange);
    const ask = async (): Promise<void> => {
      await own.query(`listen ${changesChannel}`);
      up = true;
      options.onChange();
      while (!ended.signal.aborted) {
        await wait(askEveryMs, undefined, { signal: ended.signal });
        await own.query("select 1");
      }
    };
    try {
      await own.connect();
      await Promise.race([broken, ask()]);
    } finally {
      up = false;
      // Not awaited: a line that is cut never says good-bye.
      void own.end().catch(() => undefined);
    }
  };

  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      // Away, or gone: `isUp` says so, and the next try comes in a second.
      await hold().catch(() => undefined);
      await wait(retryMs, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  };
  const running = run();

  return {
    isUp: () => up,
    close: async () => {
      ended.abort();
      void client?.end().catch(() => undefined);
      await running;
    },
  };
};
