import type { Journal, Settlement, Settling } from "#gateway/ports.ts";

/** Takes the center's word to the disk: one write at a time, always the newest word. */
export const createSettler = (
  journal: Pick<Journal, "settle">,
  onSettled: (settlement: Settlement, settling: Settling) => void,
) => {
  let wanted: Settlement | undefined;
  let last = "";
  let running = false;

  const work = async (): Promise<void> => {
    try {
      while (wanted !== undefined) {
        const next = wanted;
        wanted = undefined;
        const settling = await journal.settle(next);
        // A contradiction is asked about anew: it must lead to a renewal, and that may have failed.
        last = settling.contradicted === undefined ? JSON.stringify(next) : "";
        onSettled(next, settling);
      }
    } catch {
      // The journal reports its own trouble, and the next receipt says the same again.
    } finally {
      running = false;
    }
  };

  return (settlement: Settlement): void => {
    if (JSON.stringify(settlement) === last) return; // a heartbeat; the disk knows already
    wanted = settlement;
    if (running) return;
    running = true;
    void work();
  };
};
