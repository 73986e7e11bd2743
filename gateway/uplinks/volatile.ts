/** Notices the disk would not take: kept here until the center has them or the disk took them after all. */
import { noticeId, type Notice } from "#domain/notice.ts";
import { after, type MonoMs } from "#domain/quantity.ts";
import { refusedRetry, resendDelay } from "./resend.ts";

interface Held {
  readonly notice: Notice;
  readonly attempts: number;
  readonly dueAt: MonoMs;
}

export type Volatile = ReturnType<typeof createVolatile>;

export const createVolatile = () => {
  const heldById = new Map<string, Held>();
  return {
    send: (notice: Notice, now: MonoMs): void => {
      const attempts = (heldById.get(noticeId(notice))?.attempts ?? 0) + 1;
      const dueAt = after(now, resendDelay(attempts));
      heldById.set(noticeId(notice), { notice, attempts, dueAt });
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
    due: (now: MonoMs): readonly Notice[] =>
      [...heldById.values()].filter(({ dueAt }) => dueAt <= now).map(({ notice }) => notice),
    all: (): readonly Notice[] => [...heldById.values()].map(({ notice }) => notice),
    count: (): number => heldById.size,
  };
};
