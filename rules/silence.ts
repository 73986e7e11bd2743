import { monoMs } from "#domain/quantity.ts";
import { withNotes } from "./memory.ts";
import { isHeard } from "./readings.ts";
import { because, never, type Rule } from "./rule.ts";

/**
 * Not hearing from a detector is an alarm class of its own: the detector is unknown, not normal.
 * Counted on the monotonic clock from the last usable report, or from when listening began.
 */
export const silenceRule: Rule = {
  id: "silence",

  // It waits for the next report at all times.
  rests: () => false,

  perceive: (memory, report, context) => {
    const heard = report !== undefined && isHeard(report);
    const due = context.nowMs - context.silentFromMs >= context.silenceAfter;
    // Only hearing it ends the silence: a longer limit or a new boot does not.
    const silent = !heard && (memory.notes.silent || due);
    return silent === memory.notes.silent ? memory : withNotes(memory, { silent });
  },

  judge: ({ notes: { silent } }, context) => {
    if (!silent) {
      return {
        stands: false,
        cause: () =>
          because(context, context.limits.reportedState, {
            zh: "又收到探测器数据。",
            en: "The detector is heard again.",
          }),
      };
    }
    const limitSeconds = context.silenceAfter / 1_000;
    return {
      stands: true,
      grade: 1,
      ...context.limits.routes.silence,
      test: false,
      cause: () =>
        because(
          context,
          context.limits.reportedState,
          {
            zh: `超过 ${limitSeconds} 秒没有收到探测器数据,状态未知。检查供电、通信和设备是否在位。`,
            en: `Nothing usable heard for more than ${limitSeconds} s; the state is unknown. Check power, link and whether the device is in place.`,
          },
          { silenceAfterSeconds: limitSeconds },
        ),
    };
  },

  wakeAt: (_, context) => {
    const due = monoMs(context.silentFromMs + context.silenceAfter);
    return due > context.nowMs ? due : never;
  },
};
