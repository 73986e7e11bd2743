/** The center's HTTP API as this page uses it. Expected failures are values. */
import type { Desk, DeskAlarm, Problem } from "#domain/desk.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { text } from "../words/text.ts";

export interface User {
  readonly name: string;
  readonly mustChangePassword: boolean;
  /** A code from a phone belongs to this login. */
  readonly secondFactor?: boolean;
  /** Roles that wait until such a code is shown. */
  readonly asleep?: readonly string[];
}

export type ApiError =
  | { readonly kind: "unreachable" }
  /** Not logged in, or not any more. */
  | { readonly kind: "signed-out"; readonly detail: Bilingual; readonly codeRequired: boolean }
  /**
   * Not taken; `current` is how it stands. `changed`: somebody was faster, or the alarm changed;
   * otherwise it is as the person saw it, and `detail` says what is missing.
   */
  | {
      readonly kind: "conflict";
      readonly current: DeskAlarm;
      readonly changed: boolean;
      readonly detail: Bilingual;
    }
  | { readonly kind: "problem"; readonly detail: Bilingual };

export type Answer<Value> = Promise<Result<Value, ApiError>>;

/** A stuck request must not look like a slow one for ever. */
const requestTimeoutMs = 8_000;
/** A film of 25 MB over a phone's hot spot. */
const uploadTimeoutMs = 120_000;

/** `code`: six digits from the phone, or a recovery code; only where one is enrolled. */
export const logIn = (
  username: string,
  password: string,
  code?: string,
): Answer<{ readonly user: User }> =>
  request("POST", "session", {
    body: { username, password, ...(code !== undefined && { code }) },
  });
export const whoAmI = (): Answer<{ readonly user: User }> => request("GET", "session");
export const logOut = (): Answer<undefined> => request("DELETE", "session");
export const changePassword = (current: string, next: string): Answer<undefined> =>
  request("POST", "session/password", { body: { current, next } });
export const fetchDesk = (): Answer<Desk> => request("GET", "desk");

/**
 * Signs for an alarm (签收): "I own it". `version` is the case as the person saw it, so nobody signs
 * for something they have not seen; the same `key` however often sent has one effect.
 */
export const signAlarm = (episode: string, version: number, key: string): Answer<DeskAlarm> =>
  request("POST", `alarms/${encodeURIComponent(episode)}/sign`, {
    headers: { "If-Match": `"${version}"`, "Idempotency-Key": key },
  });

export const streamUrl = (afterEventId: number): string => `/api/v1/stream?after=${afterEventId}`;

export const explainApiError = (error: ApiError): Bilingual => {
  switch (error.kind) {
    case "unreachable":
      return text.centerUnreachable;
    case "conflict":
      return text.stateChanged;
    case "signed-out":
    case "problem":
      return error.detail;
  }
};

interface Extra {
  /** JSON, or a form with a file. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to `/api/v1/`; every function of this API is one of these. */
export const request = async <Value>(
  method: string,
  path: string,
  extra: Extra = {},
): Answer<Value> => {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      cache: "no-store",
      signal: AbortSignal.timeout(
        extra.body instanceof FormData ? uploadTimeoutMs : requestTimeoutMs,
      ),
      headers: {
        Accept: "application/json",
        ...(isJson(extra.body) && { "Content-Type": "application/json" }),
        ...extra.headers,
      },
      ...(extra.body && {
        body: extra.body instanceof FormData ? extra.body : JSON.stringify(extra.body),
      }),
    });
    const words = await response.text();
    body = words === "" ? undefined : parseJson(words);
  } catch {
    // fetch throws for a refused, cut or timed-out connection alike: in each the outcome is unknown.
    return err({ kind: "unreachable" });
  }
  // The page and the API are one release from one server; the schema is domain/desk.ts.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  if (response.ok) return ok(body as Value);
  return err(explainFailure(response.status, body));
};

const isJson = (body: object | undefined): boolean =>
  body !== undefined && !(body instanceof FormData);

const explainFailure = (status: number, body: unknown): ApiError => {
  const problem = asProblem(body);
  const detail = problem
    ? { zh: problem.detail, en: problem.detailEn }
    : text.centerConfused(status);
  const codeRequired = problem?.type === "/problems/code-required";
  if (status === 401) return { kind: "signed-out", detail, codeRequired };
  if (problem?.current !== undefined) {
    const changed = problem.type === "/problems/case-changed";
    return { kind: "conflict", current: problem.current, changed, detail };
  }
  return { kind: "problem", detail };
};

type ProblemWithCurrent = Problem & { readonly current?: DeskAlarm };

const asProblem = (body: unknown): ProblemWithCurrent | undefined =>
  typeof body === "object" && body !== null && "detail" in body && "detailEn" in body
    ? // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      (body as ProblemWithCurrent)
    : undefined;

const parseJson = (words: string): unknown => {
  try {
    return JSON.parse(words);
  } catch {
    // A proxy's error page: not ours, so the status has to speak for itself.
    return undefined;
  }
};
