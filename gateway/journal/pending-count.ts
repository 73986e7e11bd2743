import type { Database } from "better-sqlite3";

export type PendingCount = ReturnType<typeof createPendingCount>;

/** How many records wait for the center: counting them anew would cost more the longer the backlog is. */
export const createPendingCount = (db: Database) => {
  const count = countPending(db);
  let known: number | undefined;
  return {
    read: (): number => {
      known ??= count();
      return known;
    },
    add: (records: number): void => {
      if (known !== undefined) known += records;
    },
    /** Something was undone: the next one who asks has it counted. */
    forget: (): void => {
      known = undefined;
    },
  };
};

export const countPending = (db: Database): (() => number) => {
  const count = db.prepare<[], number>("SELECT count(*) FROM record WHERE settled = 0").pluck();
  return () => count.get() ?? 0;
};
