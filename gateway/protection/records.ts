/** What buzzers, valves and fans did, as numbered records that the center gets like any other. */
import { causeWords, type BuzzerCommand } from "#domain/buzzer.ts";
import { detectorId, type BuzzerId, type DetectorId, type GatewayId } from "#domain/ids.ts";
import { noticeFacts, type StreetNotice } from "#domain/notice.ts";
import type { Bilingual } from "#domain/result.ts";
import { streetEventKinds, type StreetEvent, type StreetEventKind } from "#domain/street-event.ts";
import type { Clock, Instant } from "#domain/time.ts";
import type { Keeper } from "../keeper.ts";
import type { BuzzerChange } from "./protection.ts";
import type { SelfTestResult } from "./self-tests.ts";

export interface RecordDeps {
  readonly gateway: GatewayId;
  readonly drill: boolean;
  readonly clock: Clock;
  readonly keeper: Pick<Keeper, "keep">;
  /** What the last process kept beside the states of its detectors. */
  readonly known?: ReadonlyMap<string, string> | undefined;
}

export interface ProtectionRecords {
  readonly buzzer: (change: BuzzerChange) => void;
  readonly selfTest: (result: SelfTestResult) => void;
  readonly valve: RecordActuator<"valve">;
  readonly fan: RecordActuator<"fan">;
  /** What was recorded last of a buzzer, valve or fan, by this process or the one before. */
  readonly lastTold: (group: ActuatorGroup) => StreetEventKind | undefined;
}

/** What such records are kept by, and the journal's name for what was told last. */
type ActuatorGroup = `${"buzzer" | "valve" | "fan"}:${string}`;

type RecordActuator<Kind extends string> = (
  id: string,
  kind: Extract<StreetEventKind, `${Kind}-${string}`>,
  text: Bilingual,
  detectors: readonly DetectorId[],
) => void;

/** Enough to know where; a siren of the whole street serves more than one sentence holds. */
const membersMax = 50;

export const createProtectionRecords = (deps: RecordDeps): ProtectionRecords => {
  let number = 0;
  const last = new Map<string, StreetEventKind>();
  const keep = (
    group: ActuatorGroup,
    kind: StreetEventKind,
    text: Bilingual,
    members: readonly DetectorId[],
  ): void => {
    number += 1;
    const at = deps.clock.now();
    const street: StreetEvent = {
      id: nameOf(group, kind, at, number),
      kind,
      group,
      priority: troubles.has(kind) ? 3 : 4,
      text,
      at,
      members: members.slice(0, membersMax),
    };
    const notice: StreetNotice = { street, where: { gateway: deps.gateway }, drill: deps.drill };
    const records = [{ lane: noticeFacts(notice).lane, notice }];
    last.set(group, kind);
    // Nobody waits for these; the keeper reports and retries on its own.
    deps.keeper.keep(detectorId(group), records, JSON.stringify(kind)).catch(() => {});
  };

  return {
    buzzer: ({ buzzer, command, detectors }) =>
      keep(`buzzer:${buzzer}`, kindOf(command), changeText(buzzer, command), detectors),
    selfTest: ({ buzzer, outcome }) =>
      keep(
        `buzzer:${buzzer}`,
        outcome.ok ? "buzzer-test-passed" : "buzzer-test-failed",
        outcome.ok
          ? {
              zh: `蜂鸣器 ${buzzer} 自检通过(测试)`,
              en: `buzzer ${buzzer} passed its self-test (test)`,
            }
          : {
              zh: `蜂鸣器 ${buzzer} 自检未通过(测试):${outcome.error.zh}`,
              en: `buzzer ${buzzer} failed its self-test (test): ${outcome.error.en}`,
            },
        [],
      ),
    valve: (valve, kind, text, detectors) => keep(`valve:${valve}`, kind, text, detectors),
    fan: (fan, kind, text, detectors) => keep(`fan:${fan}`, kind, text, detectors),
    lastTold: (group) =>
      last.get(group) ??
      streetEventKinds.find((kind) => JSON.stringify(kind) === deps.known?.get(group)),
  };
};

const troubles: ReadonlySet<StreetEventKind> = new Set([
  "valve-unconfirmed",
  "valve-reopened",
  "fan-unconfirmed",
  "fan-barred",
  "buzzer-test-failed",
]);

/** Two changes may fall into one instant; the number tells them apart within this life. */
const nameOf = (group: string, kind: StreetEventKind, at: Instant, number: number): string =>
  `${group}:${kind}:${at.bootId.slice(0, 8)}:${at.monoMs}:${number}`;

const kindOf = (command: BuzzerCommand): StreetEventKind => {
  if (command.state === "off") return "buzzer-off";
  return command.cause === "always" || command.cause === "fault" ? "buzzer-on" : "buzzer-escalated";
};

const changeText = (buzzer: BuzzerId, command: BuzzerCommand): Bilingual => {
  if (command.state === "off") {
    return { zh: `蜂鸣器 ${buzzer} 停止鸣响`, en: `buzzer ${buzzer} is silent again` };
  }
  const why = causeWords[command.cause];
  return {
    zh: `蜂鸣器 ${buzzer} 鸣响(${command.cause}):${why.zh}`,
    en: `buzzer ${buzzer} sounds (${command.cause}): ${why.en}`,
  };
};
