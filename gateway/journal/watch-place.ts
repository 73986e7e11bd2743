import { readdirSync, readlinkSync, statSync } from "node:fs";

/** Often enough for a disk mounted over the folder, which the names of open files do not tell of. */
const identityEveryMs = 1_000;

/**
 * Answers whether the names at `path` still lead to the files that SQLite has open now, file and log.
 *
 * Linux tells the present name of an open file. To look at the file itself before every commit would
 * be plainer, but reads the log's times, and each fsync then has to write these too: in a flood of
 * alarms that is a third of a commit.
 */
export const watchPlace = (path: string): (() => boolean) => {
  const names = [path, `${path}-wal`];
  const identities = names.map(identityOf);
  let links = findLinks(identities);
  let lookedMs = performance.now();

  return () => {
    const nowMs = performance.now();
    const areSame = links?.every(isSame) === true;
    if (areSame && nowMs - lookedMs < identityEveryMs) return true;
    lookedMs = nowMs;
    if (names.some((name, at) => identityOf(name) !== identities[at])) return false;
    // The folder has another name, or the number was that of another connection, closed since.
    if (links !== undefined && !areSame) links = findLinks(identities);
    return true;
  };
};

const identityOf = (name: string): string | undefined => {
  const found = statSync(name, { throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
};

interface Link {
  readonly descriptor: string;
  readonly name: string;
}

/** What the system calls these open files; undefined where it does not say. */
const findLinks = (identities: readonly (string | undefined)[]): readonly Link[] | undefined => {
  const open = openFiles();
  const links = identities.flatMap(
    (identity) => open.find((file) => identity !== undefined && file.identity === identity) ?? [],
  );
  return links.length === identities.length ? links : undefined;
};

const openFiles = (): readonly (Link & { readonly identity: string | undefined })[] =>
  descriptors().flatMap((descriptor) => {
    const name = nameOf(descriptor);
    // Sockets and pipes have none.
    if (name?.startsWith("/") !== true) return [];
    return [{ descriptor, name, identity: identityOf(descriptor) }];
  });

const descriptorFolder = "/proc/self/fd";

const descriptors = (): readonly string[] => {
  try {
    return readdirSync(descriptorFolder).map((number) => `${descriptorFolder}/${number}`);
  } catch {
    return []; // not on Linux
  }
};

/** With " (deleted)" behind it when no name leads there any more; undefined when it is not open. */
const nameOf = (descriptor: string): string | undefined => {
  try {
    return readlinkSync(descriptor);
  } catch {
    return undefined;
  }
};

const isSame = ({ descriptor, name }: Link): boolean => nameOf(descriptor) === name;
