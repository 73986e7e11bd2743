/**
 * Everything that mutants of `rules/` must fail in, as one file: Stryker then loads it once for each
 * mutant instead of a dozen files. Run by `test/mutation.vitest.config.ts` only.
 */
import "#rules/frozen.test.ts";
import "#rules/levels.test.ts";
import "#rules/life.test.ts";
import "#rules/sound.test.ts";
import "#rules/device-alarm.test.ts";
import "#rules/step.test.ts";
import "#rules/late.test.ts";
import "#rules/isolation.test.ts";
import "#rules/saved-state.test.ts";
import "#rules/rule-book.test.ts";
import "#rules/limits/adjust.test.ts";
import "#rules/rehearsal/rehearsal.test.ts";
import "#rules/street.test.ts";
