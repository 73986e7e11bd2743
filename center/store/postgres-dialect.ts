import { Socket } from "node:net";
import { PostgresDialect } from "kysely";
import { Pool, types } from "pg";

/**
 * A connection that carries nothing for so long is given up: behind a cut cable a question would
 * otherwise wait for the kernel, a quarter of an hour. Longer than another center may hold the
 * writers' lock, and than any report takes. Canary's own choice.
 */
export const silentMaxMs = 15_000;
/**
 * A center that freezes in the middle of a transaction holds the writers' lock of all others: the
 * server takes it back after this. It is the lease of everything a center claims.
 */
const frozenMaxMs = 3_000;

/** `patient`: for changes of tables, which may work for hours without a word. */
export const openPostgresDialect = (
  connectionString: string,
  { patient }: { readonly patient: boolean },
): PostgresDialect => {
  // bigint as number: epoch milliseconds and counters stay far below 2^53.
  types.setTypeParser(20, Number);
  const pool = new Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: frozenMaxMs,
    ...(!patient && { stream: openImpatientSocket }),
  });
  // An idle connection that breaks is replaced by the pool; the next query tells if that failed.
  pool.on("error", () => undefined);
  // So does one that breaks between two queries of a transaction: without a listener the process
  // would end.
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
  });
  return new PostgresDialect({ pool });
};

const openImpatientSocket = (): Socket => {
  const socket = new Socket();
  socket.setTimeout(silentMaxMs, () => {
    socket.destroy(new Error(`the database has not answered for ${silentMaxMs / 1_000} s`));
  });
  return socket;
};
