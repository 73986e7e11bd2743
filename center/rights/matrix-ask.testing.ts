/** How the matrix asks for a route, and what it makes of the answer. */
import type { Role } from "#domain/rights.ts";

/** What a request is about: an alarm, a person and an account of this name, all in Xian. */
export interface Thing {
  readonly name: string;
  /** Of the account. */
  readonly session: string;
  /** Of the alarm. */
  readonly caseId: string;
  /** Of the alarm's case. */
  readonly evidence: string;
}

export const methods = ["GET", "POST", "DELETE", "PATCH", "PUT"] as const;

export interface Ask {
  readonly method: (typeof methods)[number];
  readonly path: string;
  readonly body?: object;
  /** A file instead, its boundary `matrix`. */
  readonly form?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly body: string;
}

export interface RequestOf {
  readonly ask: (thing: Thing) => Ask;
  /** What somebody gets who holds the role elsewhere: `false`, an answer without the thing; or a status. */
  readonly outside: boolean | number;
  /** Status within one's areas, where it is not a success. */
  readonly inside?: number;
  /** Whether an answer shows, or has done, what was asked for. */
  readonly shows: (answer: Answer, thing: Thing) => boolean;
  /** Roles that may do it to this thing, where the route is open to more. */
  readonly by?: readonly Role[];
  /** Also for somebody of a part of the community: a gateway serves its grids. */
  readonly serving?: boolean;
  /** About the street, not the community: a role in the community alone is outside. */
  readonly ofStreet?: boolean;
  /** Status for a stranger. */
  readonly stranger?: number;
}

export const done = (): boolean => true;
export const named = (answer: Answer, thing: Thing): boolean =>
  answer.body.includes(`"${thing.name}"`);
export const includes =
  (text: string) =>
  (answer: Answer): boolean =>
    answer.body.includes(text);

export const of =
  (method: Ask["method"], path: (thing: Thing) => string, more: Partial<Ask> = {}) =>
  (thing: Thing): Ask => ({ method, path: `/api/v1${path(thing)}`, ...more });
