/** Puts a new text in a file's place: whole or not at all, with a copy of the old one beside it. */
import { constants } from "node:fs";
import { copyFile, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Answers the name of the copy. Owner and mode stay: a gateway that may not read its own site file
 * does not start. `justBefore` runs when the new text is on disk and nothing but its name is
 * missing; when it throws, or the disk does, the file is as it was.
 */
export const replaceFile = async (
  file: string,
  text: string,
  nowMs: number,
  justBefore: () => Promise<void>,
): Promise<string> => {
  const real = await realpath(file);
  const copy = `${real}.before-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, "-")}`;
  const fresh = `${real}.new`;
  await copyFile(real, copy, constants.COPYFILE_EXCL);
  try {
    await takeAfter(real, copy);
    await write(real, fresh, text);
    await justBefore();
    await rename(fresh, real);
  } catch (error) {
    await rm(fresh, { force: true });
    await rm(copy, { force: true });
    throw error;
  }
  await sync(dirname(real));
  return copy;
};

const write = async (model: string, file: string, text: string): Promise<void> => {
  const handle = await open(file, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await takeAfter(model, file);
};

/** Owner, group and mode as `model` has them; throws where this user may not give them. */
const takeAfter = async (model: string, file: string): Promise<void> => {
  const [wanted, own] = [await stat(model), await stat(file)];
  const handle = await open(file, "r");
  try {
    if (wanted.uid !== own.uid || wanted.gid !== own.gid)
      await handle.chown(wanted.uid, wanted.gid);
    await handle.chmod(wanted.mode & 0o7777);
  } finally {
    await handle.close();
  }
};

const sync = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
