/** A B A B: ours and the peer by turns, so that a change of the machine's mood meets both. */
import { generate } from "./generate.ts";
import type { Phase, PhaseResult } from "./jobs.ts";
import { openBare, openCanary, type System, type SystemSize } from "./systems.ts";
import type { Workshop } from "./workshop.ts";

export interface Setting {
  readonly workshop: Workshop;
  readonly say: (text: string) => void;
  readonly hasPeer: boolean;
  /** `center` and `storm`: on this database alone; default: on both. */
  readonly database?: "sqlite" | "postgres";
  /** How long the storm lasts; default: ten. */
  readonly minutes?: number;
}

/** One list of phase results for each round; without a peer its list is empty. */
export interface Rounds {
  readonly ours: readonly (readonly PhaseResult[])[];
  readonly peer: readonly (readonly PhaseResult[])[];
}

export interface Plan {
  readonly name: string;
  readonly rounds: number;
  readonly size: SystemSize;
  readonly phases: readonly Phase[];
}

export const playRounds = async (setting: Setting, plan: Plan): Promise<Rounds> => {
  const ours: (readonly PhaseResult[])[] = [];
  const peer: (readonly PhaseResult[])[] = [];
  for (let round = 1; round <= plan.rounds; round += 1) {
    setting.say(`${plan.name}: ${round}/${plan.rounds} canary`);
    ours.push(await play(setting.workshop, plan, openCanary));
    if (!setting.hasPeer) continue;
    setting.say(`${plan.name}: ${round}/${plan.rounds} mosquitto + script`);
    peer.push(await play(setting.workshop, plan, openBare));
  }
  return { ours, peer };
};

const play = async (
  workshop: Workshop,
  { size, phases }: Plan,
  open: typeof openCanary,
): Promise<readonly PhaseResult[]> => {
  const system = await open(workshop, size);
  try {
    return await generate(workshop, jobFor(system, size, phases));
  } finally {
    await system.close();
  }
};

const jobFor = (system: System, size: SystemSize, phases: readonly Phase[]) => ({
  mqttPort: system.mqttPort,
  connections: size.connections,
  detectors: size.detectors,
  buzzers: size.buzzers,
  pids: [...system.pids],
  ...(system.commits && { commits: system.commits }),
  ...(system.progressTopic !== undefined && { progressTopic: system.progressTopic }),
  phases: [...phases],
});
