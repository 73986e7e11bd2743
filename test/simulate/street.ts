/** One street on a simulated disk, clock and network: everything a step can happen to. */
import type { Store } from "#center/store/open-store.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { createCard } from "./card.ts";
import { createDevices, type Broker } from "./devices.ts";
import { startLife, tickPeriodMs, type Life } from "./gateway-life.ts";
import { createMachine, startProcess } from "./machine.ts";
import { createNetwork } from "./network.ts";
import type { Planted } from "./planted.ts";
import { createRandom } from "./random.ts";
import { detectorNames, type Script, type Words } from "./script.ts";
import { createBuzzers, directory, registered, rulesFor } from "./site.ts";
import { createStreetCenter, type StreetCenter } from "./street-center.ts";
import { createWitness } from "./witness.ts";
import { detectorId } from "#domain/ids.ts";

export const openStreet = async (
  store: Store,
  { seed, drill, clocks }: Script,
  planted: Planted | undefined,
  tell: (what: string) => void,
) => {
  const time = createManualTime();
  const { timers } = time;
  const gatewayMachine = createMachine(time, "gw", clocks.gateway);
  const centerMachine = createMachine(time, "center", clocks.center);
  const devices = createDevices();
  const buzzers = createBuzzers();
  const witness = createWitness({
    clock: gatewayMachine.clock,
    nowMs: time.nowMs,
    rightWallMs: gatewayMachine.rightWallMs,
    rulesFor,
    registered,
    drill,
    card: () => card,
    tell,
  });
  const card = createCard(timers, createRandom(seed, "card"), witness.cardCommitted);
  let center: StreetCenter;
  const network = createNetwork(timers, time.nowMs, createRandom(seed, "network"), {
    toCenter: async (packet) => {
      await center.take(packet);
      witness.taken(packet.payload);
    },
    onPublish: ({ payload }) => witness.sent(payload),
  });
  center = await createStreetCenter({
    store,
    world: timers,
    machine: centerMachine,
    random: createRandom(seed, "center"),
    planted,
    send: network.send,
    onCommitted: witness.centerCommitted,
    onDeath: () => {
      center.kill();
      timers.after(1_500, () => void startCenter());
    },
  });

  let life: Life | undefined;
  const broker = (): Broker | undefined => {
    const mine = life;
    if (mine === undefined) return undefined;
    return {
      onPublish: (message) => {
        const answer = mine.source.onPublish(message);
        checkBuzzers();
        return answer;
      },
      alive: mine.process.alive,
      eventsOf: (detector) =>
        witness.reference.eventsOf(detectorId(detectorNames[detector] ?? "attic")),
      acknowledged: witness.acknowledged,
    };
  };
  const checkBuzzers = (): void => {
    if (life === undefined) return;
    const wrong = buzzers.wrong(witness.reference.sounding);
    if (wrong !== undefined) witness.fail("1 buzzer first", wrong);
  };

  const startGateway = async (): Promise<void> => {
    const process = startProcess(timers);
    starting = process;
    const started = await startLife({
      process,
      clock: gatewayMachine.clock,
      directory,
      rulesFor,
      drill,
      journal: card.openJournal(process, gatewayMachine),
      link: network.plugIn(process),
      buzzers: buzzers.wired,
      planted,
      onBegin: witness.begin,
      onReport: witness.report,
    });
    if (!process.alive()) return;
    process.timers.every(tickPeriodMs, () => witness.reference.tick(gatewayMachine.clock.now()));
    life = started;
    checkBuzzers();
    sendAgain();
  };
  let starting: ReturnType<typeof startProcess> | undefined;

  const startCenter = async (): Promise<void> => {
    if (!center.alive()) await center.start();
  };
  const sendAgain = (): void => {
    const now = broker();
    if (now !== undefined) devices.sendAgain(now);
  };

  return {
    time,
    card,
    network,
    buzzers,
    devices,
    witness,
    gatewayMachine,
    centerMachine,
    center: () => center,
    life: () => life,
    checkBuzzers,
    startGateway,
    startCenter,
    sendAgain,
    /** The process ends without a word; `lost` answered commits were never on the flash. */
    stopGateway: (lost: number): void => {
      starting?.kill();
      life = undefined;
      devices.connectionLost();
      card.lose(lost);
    },
    says: (detector: number, said: Words): void => devices.say(detector, said, broker()),
  };
};

export type Street = Awaited<ReturnType<typeof openStreet>>;
