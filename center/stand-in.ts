/** Joins the watch over alarms on their way in to the pages that show them. */
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { Broadcast } from "./desk/broadcast.ts";
import type { CenterFaults } from "./desk/center-faults.ts";
import { createUnstored } from "./desk/unstored.ts";
import type { Intake } from "./intake/intake.ts";
import { createStandIn, type StandIn } from "./intake/stand-in.ts";
import type { Store } from "./store/open-store.ts";

/** About every 5 s. */
const toldAgainTicks = 10;

export const openStandIn = (parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly faults: CenterFaults;
  readonly broadcast: Broadcast;
  readonly take: Intake["take"];
  readonly databaseFailed: (error: unknown) => void;
}): StandIn => {
  const { store, clock, faults, broadcast } = parts;
  const unstored = createUnstored();
  const say = (): void => {
    const count = unstored.list().length;
    faults.set("unstored", count === 0 ? undefined : notStored(count));
  };
  const guard = createStandIn({
    db: store.db,
    clock,
    take: parts.take,
    show: (messages) => {
      broadcast.tellUnstored(messages.map((one) => unstored.add(one, clock.now().wallMs)));
      say();
    },
    stored: (messages) => {
      for (const message of messages) unstored.remove(message);
      say();
      broadcast
        .tellStored([...new Set(messages.map(({ data }) => data.event.episode))])
        .catch(parts.databaseFailed);
    },
  });
  let ticks = 0;
  return {
    ...guard,
    tick: () => {
      guard.tick();
      ticks += 1;
      // For pages that have come since.
      if (ticks % toldAgainTicks === 0) broadcast.tellUnstored(unstored.list());
    },
  };
};

/** Each alarm is held until its own commit. */
export const watchedBy = (guard: StandIn, intake: Intake): Intake => ({
  take: async (delivery) => {
    const release = delivery.topic.endsWith("/alarm") ? guard.hold(delivery) : () => undefined;
    await intake.take(delivery);
    release();
  },
  idle: async () => {
    await guard.idle();
    await intake.idle();
  },
});

const notStored = (count: number): Bilingual => ({
  zh: `${count} 条报警尚未入库,只在本页显示,不能签收;网关会继续发送。请先按地址处置,并检查数据库`,
  en: `${count} alarms are not stored yet: shown here only, nobody can sign for them, their gateways go on sending. Act on the address, and check the database`,
});
