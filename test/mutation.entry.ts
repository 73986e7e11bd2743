/**
 * What a mutant of `rules/` may fail in, quickest first; loaded by `test/mutation.runner.ts` only.
 * The property tests and the exposures of many hours would find more, and cost too much to ask.
 */
import { configureGlobal } from "fast-check";
import "#rules/baseline.test.ts";
import "#rules/co-parts.test.ts";
import "#rules/level.test.ts";
import "#rules/state.test.ts";
import "#rules/suspects.test.ts";
import "#rules/limits/adjust.test.ts";
import "#rules/limits/check.test.ts";
import "#rules/limits/mutes.test.ts";
import "#rules/limits/differences.test.ts";
import "#rules/rule-book.test.ts";
import "#rules/sound.test.ts";
import "#rules/device-alarm.test.ts";
import "#rules/late.test.ts";
import "#rules/late-peak.test.ts";
import "#rules/life.test.ts";
import "#rules/step.test.ts";
import "#rules/levels.test.ts";
import "#rules/saved-state.test.ts";
import "#rules/saved-form.test.ts";
import "#rules/shared-nothing.test.ts";
import "#rules/isolation.test.ts";
import "#rules/thrift.test.ts";
import "#rules/rehearsal/columns.test.ts";
import "#rules/rehearsal/minutes.test.ts";
import "#rules/rehearsal/recording.test.ts";
import "#rules/rehearsal/rehearsal.test.ts";
import "#test/compliance/gb-15322.test.ts";
import "#test/compliance/gb-t-45839.test.ts";
import "#test/compliance/who-2000.test.ts";
import "#rules/street.test.ts";
import "#rules/hush.test.ts";
import "#rules/hush-ends.test.ts";
import "#rules/sign.test.ts";
import "#rules/write-off.test.ts";
import "#rules/protection/buzzers.test.ts";
import "#rules/protection/decide.test.ts";
import "#rules/protection/measured-to-heard.test.ts";
import "#rules/protection/demand.test.ts";
import "#rules/protection/fan.test.ts";
import "#rules/protection/self-test.test.ts";
import "#rules/frozen.test.ts";

// The same cases for every mutant, and no shrinking: a failure is a failure.
configureGlobal({ seed: 20_261_122, endOnFailure: true });
