import type { Bilingual } from "#domain/result.ts";
import type { CenterFaults } from "../desk/center-faults.ts";
import type { Reading } from "../store/open-store.ts";
import { waiting } from "./quarantine.ts";

/**
 * Says on every duty page how many reports wait for somebody to place or read them: a list nobody
 * is told of is a list nobody opens. To be called every few seconds.
 */
export const createWaitingWatch =
  (db: Reading, faults: Pick<CenterFaults, "set">): (() => Promise<void>) =>
  async () => {
    const { count } = await db
      .selectFrom("intake_events")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("state", "in", waiting)
      .executeTakeFirstOrThrow();
    faults.set("intake-waiting", count === 0 ? undefined : waitingText(count));
  };

const waitingText = (count: number): Bilingual => ({
  zh: `${count} 件报事未能定位或读不出来,等待人工处理:请核实地点后指派,或说明理由后搁置(/api/v1/intake/quarantine)`,
  en: `reports that could not be placed or read: ${count}. Find out where each belongs, or set it aside with a reason (/api/v1/intake/quarantine)`,
});
