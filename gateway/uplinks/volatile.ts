/** Notices the disk would not take: kept here until the center has them or the disk took them after all. */
import type { AlarmNotice } from "#domain/alarm.ts";
import { after, type MonoMs } from "#domain/quantity.ts";
import { refusedRetry, resendDelay } from "./resend.ts";

interface Held {
  readonly notice: AlarmNotice;
  readonly attempts: number;
  readonly dueAt: MonoMs;
}

export type Volatile = ReturnType<typeof createVolatile>;

export const createVolatile = () => {
  const heldById = new Map<string, Held>();
  return {
    send: (notice: AlarmNotice, now: MonoMs): void => {
      const attempts = (heldById.get(notice.event.id)?.attempts ?? 0) + 1;
      const dueAt = after(now, resendDelay(attempts));
      heldById.set(notice.event.id, { notice, attempts, dueAt });
    },
    /** In a receipt, or on disk now. */
    forget: (eventId: string): void => {
      heldById.delete(eventId);
    },
    /** The center will not have it; it is offered again later all the same. */
    refuse: (eventId: string, now: MonoMs): void => {
      const held = heldById.get(eventId);
      if (held !== undefined) heldById.set(eventId, { ...held, dueAt: after(now, refusedRetry) });
    },
    due: (now: MonoMs): readonly AlarmNotice[] =>
      [...heldById.values()].filter(({ dueAt }) => dueAt <= now).map(({ notice }) => notice),
    all: (): readonly AlarmNotice[] => [...heldById.values()].map(({ notice }) => notice),
    count: (): number => heldById.size,
  };
};
