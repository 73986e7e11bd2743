/** Who has shown a PIN or badge at which browser, for some minutes. In memory only: a restart asks again. */
import { randomBytes } from "node:crypto";
import { after, minutes, type MonoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { Person } from "./people.ts";

/** Canary's own choice: a wall screen must not stay somebody's for the next passer-by. */
const idleAfter = minutes(5);
const endsAfter = minutes(30);
const visitsMax = 200;

export interface Visit {
  readonly person: Person;
  readonly endsAt: MonoMs;
  readonly idleAt: MonoMs;
}

export interface Visits {
  /** A new random token for this person's browser. */
  readonly open: (person: Person) => string;
  /** Who holds this token. `touch`: they act, so the idle time begins anew; looking does not count. */
  readonly find: (token: string, touch?: "touch") => Visit | undefined;
  readonly end: (token: string) => void;
}

export const createVisits = (clock: Clock): Visits => {
  const byToken = new Map<string, Visit>();
  return {
    open: (person) => {
      const token = randomBytes(32).toString("base64url");
      const now = clock.now().monoMs;
      byToken.set(token, { person, endsAt: after(now, endsAfter), idleAt: after(now, idleAfter) });
      const [oldest] = byToken.keys();
      if (byToken.size > visitsMax && oldest !== undefined) byToken.delete(oldest);
      return token;
    },
    find: (token, touch) => {
      const visit = byToken.get(token);
      if (visit === undefined) return undefined;
      const now = clock.now().monoMs;
      if (now >= visit.endsAt || now >= visit.idleAt) {
        byToken.delete(token);
        return undefined;
      }
      if (touch === "touch") byToken.set(token, { ...visit, idleAt: after(now, idleAfter) });
      return visit;
    },
    end: (token) => void byToken.delete(token),
  };
};
