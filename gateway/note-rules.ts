/** A start writes into the book of rules what it judges by, when the book does not know it yet. */
import type { Bilingual } from "#domain/result.ts";
import { begins, found } from "#rules/rule-book.ts";
import { addToRuleBook, damaged, readRuleBook, ruleBookFile } from "./rule-book-file.ts";
import { draftsOf } from "./site-limits.ts";
import type { World } from "./world.ts";

/**
 * Never throws and hinders nothing: called when rules and buzzers are live, and a book that is
 * damaged or cannot be written is a fault. In safe mode nothing on disk is touched.
 */
export const noteRules = async (
  world: Pick<World, "safe" | "site" | "folder" | "clock" | "reportFault">,
): Promise<void> => {
  if (world.safe) return;
  const file = ruleBookFile(world.folder);
  const fault = (text: Bilingual): void =>
    world.reportFault({ key: "rule-book", present: true, text });
  try {
    const kept = await readRuleBook(file);
    if (!kept.ok) return fault(kept.error);
    const { book, damagedLines } = kept.value;
    if (damagedLines.length > 0) fault(damaged(file, damagedLines));
    const drafts = draftsOf(world.site);
    // With wrong limits there is no start.
    if (!drafts.ok) throw new Error("limits");
    const { inForce, trial } = drafts.value;
    const { wallMs } = world.clock.now();
    const fresh = found(book, trial === undefined ? [inForce] : [inForce, trial], wallMs);
    const beginning = begins(book, inForce.hash, trial?.hash, wallMs);
    await addToRuleBook(file, [...fresh, ...(beginning === undefined ? [] : [beginning])]);
  } catch (error) {
    fault(unwritten(file, error));
  }
};

const unwritten = (file: string, error: unknown): Bilingual => ({
  zh: `规则版本簿 ${file} 写不进(${String(error)})。判定不受影响,但本次启动用的规则没有记入。请检查磁盘与权限`,
  en: `the book of rules ${file} cannot be written (${String(error)}). Judging is not touched, but by which rules is not written down. Check disk and permissions`,
});
