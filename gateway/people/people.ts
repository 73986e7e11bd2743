/** Who stands at the board: people of the site file, by PIN or badge. */
import type { DurationMs } from "#domain/quantity.ts";
import { milliseconds } from "#domain/quantity.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import { verifyToken } from "#platform/device-credentials.ts";
import type { BoardDeed, PersonSite } from "#platform/site-file/people-schema.ts";
import type { ReportFault } from "../ports.ts";
import { createLockout } from "./lockout.ts";
import { createPinChecker } from "./pin.ts";

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly may: readonly BoardDeed[];
}

/** What somebody shows: a name and a PIN, or a badge that a reader types as `id.code`. */
export type Proof = { readonly person: string; readonly pin: string } | { readonly badge: string };

export type NotRecognised =
  { readonly kind: "wrong" } | { readonly kind: "too-early"; readonly wait: DurationMs };

export interface People {
  readonly count: number;
  /** Nothing of what was shown is kept or logged. */
  readonly recognise: (proof: Proof, address: string) => Promise<Result<Person, NotRecognised>>;
}

/** From so many wrong tries on the duty seat is told. */
const guessingFrom = 5;
/** Eight checks of some 0.1 to 0.3 s, one after the other. */
const busyWait = milliseconds(2_000);

export const createPeople = (deps: {
  readonly people: readonly PersonSite[];
  readonly clock: Clock;
  readonly reportFault: ReportFault;
}): People => {
  const byId = new Map(deps.people.map((person) => [person.id, person]));
  const lockout = createLockout();
  const pins = createPinChecker();

  const byBadge = (badge: string): Result<Person, NotRecognised> => {
    const dot = badge.indexOf(".");
    const one = byId.get(badge.slice(0, Math.max(0, dot)));
    const right = one?.badgeHash !== undefined && verifyToken(badge.slice(dot + 1), one.badgeHash);
    return right ? ok(personOf(one)) : err({ kind: "wrong" });
  };

  const byPin = async (
    { person: id, pin }: { readonly person: string; readonly pin: string },
    address: string,
  ): Promise<Result<Person, NotRecognised>> => {
    // Before it counts as a try: what is not checked was not wrong.
    if (pins.isBusy()) return err({ kind: "too-early", wait: busyWait });
    const one = byId.get(id);
    // Names that do not exist share one door: inventing them must not fill memory.
    const door = one?.id ?? "-";
    const { monoMs } = deps.clock.now();
    const wait = lockout.enter(door, address, monoMs);
    if (wait !== "enter") return err({ kind: "too-early", wait });
    const right = await pins.check(one?.pinHash, pin);
    if (one !== undefined) {
      const failures = right ? 0 : lockout.failures(one.id, monoMs);
      deps.reportFault(guessing(one.id, failures, address));
    }
    if (!right || one === undefined) return err({ kind: "wrong" });
    lockout.succeeded(one.id, address);
    return ok(personOf(one));
  };

  return {
    count: byId.size,
    // Nobody guesses the 256 bits of a badge, so it waits behind no one's wrong PINs: at the wall
    // screen, which everybody passes, that would keep out whoever comes to act.
    recognise: async (proof, address) =>
      "badge" in proof ? byBadge(proof.badge) : byPin(proof, address),
  };
};

const personOf = ({ id, name, may }: PersonSite): Person => ({ id, name, may });

const guessing = (id: string, failures: number, address: string) => ({
  key: `pin-guessing:${id}`,
  present: failures >= guessingFrom,
  text: {
    zh: `看板上「${id}」的 PIN 已输错 ${failures} 次,最近来自 ${address}。若非本人,请查明是谁,并用 canary pin 换 PIN`,
    en: `${failures} wrong PINs for "${id}" at the board, the last from ${address}. If that was not them, find out who, and change the PIN with canary pin`,
  },
});
