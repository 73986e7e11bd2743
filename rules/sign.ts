import type { ActionEvent } from "#domain/action.ts";
import type { UserId } from "#domain/ids.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { act } from "./act.ts";
import type { Command, Obeyed } from "./command.ts";
import { eventNumber } from "./episodes.ts";
import { lifeOf, type ActionKind, type Life, type Signature } from "./life.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import { refusals } from "./refusals.ts";
import { withAlarms, type DetectorState, type Episode } from "./state.ts";

type Signing = Extract<Command, { kind: "acknowledge" | "unacknowledge" | "reset" }>;
type Acknowledge = Extract<Command, { kind: "acknowledge" }>;

/** Signing for an alarm, taking that back, and letting a latched one go. */
export const sign = (
  state: DetectorState,
  command: Signing,
  now: Instant,
  limits: LimitSet,
): Result<Obeyed, Bilingual> => {
  if (command.kind === "acknowledge") return acknowledge(state, command, now, limits);
  const { rule } = command;
  const at = lifeOf(state, rule);
  const mine = state.alarms.life.find((one) => one.rule === rule);
  const others = state.alarms.life.filter((one) => one !== mine);
  if (command.kind === "unacknowledge") {
    if (at !== "acknowledged" || mine === undefined) return err(refusals.notSigned);
    return done(state, command, now, others, "unacknowledged", mine.episode);
  }
  if (at !== "latched" || mine === undefined) return err(refusals.notLatched);
  return done(state, command, now, others, "reset", mine.episode);
};

/**
 * "I answer for it." Whoever asks from elsewhere, without knowing what was done here meanwhile,
 * joins those who have signed; the first by time is the owner, in whatever order the two arrive.
 */
const acknowledge = (
  state: DetectorState,
  command: Acknowledge,
  now: Instant,
  limits: LimitSet,
): Result<Obeyed, Bilingual> => {
  const { rule } = command;
  const open = state.alarms.episodes.find((one) => one.rule === rule && !one.test);
  const mine = state.alarms.life.find((one) => one.rule === rule);
  const others = state.alarms.life.filter((one) => one !== mine);
  const wrong = isAboutAnother(command, open, mine);
  if (wrong !== undefined) return err(wrong);

  const signature = signatureOf(command, now);
  switch (lifeOf(state, rule)) {
    case "unacknowledged": {
      if (open === undefined) return err(refusals.nothingToSign);
      const { id: episode, alarmClass } = open;
      const life = signedBy({ rule, episode, alarmClass, standing: true }, [signature]);
      return done(state, command, now, others.concat(life), "acknowledged", episode);
    }
    case "returned-unacknowledged": {
      if (mine === undefined) return err(refusals.nothingToSign);
      // What latches stays until it is reset; the rest is over with the signature.
      const latches = limits.life.latch.includes(mine.alarmClass);
      const life = latches ? others.concat(signedBy(mine, [signature])) : others;
      return done(state, command, now, life, "acknowledged", mine.episode);
    }
    case "acknowledged":
    case "latched": {
      const before = mine?.signatures ?? [];
      const isJoining = command.origin?.command !== undefined && before.length < signaturesMax;
      if (mine === undefined || !isJoining) return err(refusals.nothingToSign);
      const life = others.concat(signedBy(mine, before.concat(signature)));
      return done(state, command, now, life, "acknowledged", mine.episode);
    }
    case "normal":
    case "shelved":
    case "suppressed":
    case "out-of-service":
      return err(refusals.nothingToSign);
  }
};

/** More people than ever sign for one alarm: a sender gone mad must not fill the state. */
const signaturesMax = 20;

const isAboutAnother = (
  { episode, seen }: Acknowledge,
  open: Episode | undefined,
  mine: Life | undefined,
): Bilingual | undefined => {
  if (episode === undefined) return undefined;
  const present = open?.id ?? mine?.episode;
  if (present === undefined) return refusals.nothingToSign;
  if (present !== episode) return refusals.otherAlarm;
  if (open === undefined || seen === undefined) return undefined;
  const number = eventNumber(open.id, seen);
  return number === undefined || number < open.events ? refusals.worsenedSince : undefined;
};

const signatureOf = ({ by, origin }: Acknowledge, now: Instant): Signature => ({
  by,
  atMs: origin?.askedAtMs ?? now.wallMs,
  side: origin?.side ?? "board",
  ...(origin?.command !== undefined && { command: origin.command }),
});

const signedBy = (
  life: Pick<Life, "rule" | "episode" | "alarmClass" | "standing">,
  signatures: readonly Signature[],
): Life => {
  const sorted = signatures.toSorted(isEarlier);
  return { ...life, acknowledgedBy: sorted[0]?.by, signatures: sorted };
};

/** By time; at the same instant by where and who, so that all sides sort alike. */
const isEarlier = (a: Signature, b: Signature): number =>
  a.atMs - b.atMs || compare(a.side, b.side) || compare(a.by, b.by);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const done = (
  state: DetectorState,
  command: Signing & { readonly by: UserId },
  now: Instant,
  life: readonly Life[],
  as: ActionKind,
  episode: Episode["id"],
): Result<Obeyed, Bilingual> => {
  const reason = "reason" in command ? command.reason : "";
  const { by, rule, origin } = command;
  const more: Pick<ActionEvent, "episode" | "origin"> = { episode, ...(origin && { origin }) };
  const action = act(as, state, now, rule, by, reason, more);
  return ok({ state: withAlarms(state, { life }), action });
};
