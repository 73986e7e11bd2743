import { err, ok, type Result } from "#domain/result.ts";
import { createGpioLineBuzzer, type GpioLineBuzzerOptions } from "../buzzers/gpio-line-buzzer.ts";
import type { Valve, ValvePosition } from "./valve.ts";

/** A line is a line, whatever hangs on it: held on, it shuts the valve. */
const shut = { state: "on", pattern: "t3", cause: "always" } as const;

/**
 * A valve on a GPIO line, held on to close. The line is let go when the gateway ends, so the valve
 * must be one that latches shut. A held line cannot be read: `closed` means that it is held, and of one
 * that could not be held nobody knows where the valve is.
 */
export const createGpioValve = (
  options: Omit<GpioLineBuzzerOptions, "patterned"> & { readonly id: string },
): Valve => {
  const contact = createGpioLineBuzzer({ ...options, patterned: false });
  let held: Result<void, unknown> | undefined;
  return {
    id: options.id,
    close: async () => {
      const set = await contact.set(shut);
      held = set;
      return set.ok ? ok(undefined) : err(set.error);
    },
    readBack: async () => ok(held?.ok === true ? ("closed" satisfies ValvePosition) : undefined),
    end: contact.close,
  };
};
