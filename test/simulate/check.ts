/** What must hold after every step. */
import type { Street } from "./street.ts";

export const check = async (street: Street): Promise<void> => {
  street.checkBuzzers();
  checkStatuses(street);
  if (street.life() !== undefined) street.witness.overdue(street.network.upForMs());
  if (street.witness.isDeskNew()) street.witness.desk(await street.center().alarms());
};

/** What is not heard is unknown, and what the gateway tells is what is judged. */
const checkStatuses = ({ witness, life, gatewayMachine }: Street): void => {
  const told = new Map(
    life()
      ?.statuses()
      .map(({ detector, state }) => [detector, state]),
  );
  if (told.size === 0) return;
  const now = gatewayMachine.clock.now();
  for (const { id, status, heardAt } of witness.reference.statuses()) {
    const shown = told.get(id);
    if (shown !== status) witness.fail("5 silence", `${id} is told as ${shown}, judged ${status}`);
    const silentMs = heardAt === undefined ? Infinity : now.monoMs - heardAt.monoMs;
    if (shown === "normal" && silentMs > 61_000) {
      witness.fail("5 silence", `${id} is told as normal, last heard ${silentMs} ms ago`);
    }
  }
};
