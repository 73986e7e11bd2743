import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { skipNumbers } from "./begin-again.ts";
import { hourOf, sampleBlock, sampleInstant } from "./sample-blocks.ts";
import { openStoreFile } from "./store-file.ts";

test.each([[0], [1]])(
  "a store that is put back with %i readings in it gives no number a second time",
  async (before) => {
    const folder = await mkdtemp(join(tmpdir(), "canary-telemetry-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [path, copy] = [join(folder, "telemetry.sqlite"), join(folder, "copy.sqlite")];
    const numbersAfter = (file: string, blocks: number): readonly number[] => {
      const store = openStoreFile(file, { budgetBytes: 1_000_000 });
      for (let block = 0; block < blocks; block += 1) {
        store.append([sampleBlock(block * 3_600_000, hourOf(5))], []);
      }
      const { blocks: pending } = store.pending(0, 1_000_000, sampleInstant(0));
      store.close();
      return pending.map(({ n }) => n);
    };
    const first = numbersAfter(path, before);
    await copyFile(path, copy);
    const given = numbersAfter(path, 3);
    skipNumbers(copy);
    const again = numbersAfter(copy, 3);
    expect(again.filter((n) => given.includes(n))).toEqual(first);
    expect(again).toHaveLength(before + 3);
  },
);
