/** Cases, pages and people over the center's HTTP API. Expected failures are values. */
import type { ActInput } from "#domain/case-input.ts";
import type { CaseDetail, CaseView, PageView } from "#domain/case-view.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import { request, type Answer } from "./api.ts";

/** One person of a home as this login may see them. */
export interface Person {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly area: string;
  /** Of staff: what a case is dispatched to. */
  readonly account?: string;
  readonly phone?: string;
  readonly masked: boolean;
  readonly address?: string;
  /** JSON: what a rescuer must know. */
  readonly flags?: string;
}

interface Items<Item> {
  readonly items: readonly Item[];
}

export const fetchOpenCases = (): Answer<Items<CaseView>> =>
  request("GET", "cases?open=yes&limit=200");
export const fetchCase = (id: string): Answer<CaseDetail> => request("GET", `cases/${id}`);
/** Whoever asks has been shown them: the center counts them as delivered. */
export const fetchUnreadPages = (): Answer<Items<PageView>> =>
  request("GET", "pages?state=unread&limit=200");
export const markRead = (page: number): Answer<PageView> => request("POST", `pages/${page}/read`);

/** Takes a step on the case as the person saw it: `version`; `key` as for a signature. */
export const actOnCase = (
  { id, version }: Pick<CaseView, "id" | "version">,
  action: string,
  input: ActInput,
  key: string,
): Answer<CaseView> =>
  request("POST", `cases/${id}/actions/${action}`, {
    body: input,
    headers: { "If-Match": `"${version}"`, "Idempotency-Key": key },
  });

/** Ends an alarm that its gateway has forgotten, as the person saw it. */
export const endAlarm = (
  { episode, case: { version } }: DeskAlarm,
  reason: string,
  key: string,
): Answer<DeskAlarm> =>
  request("POST", `alarms/${encodeURIComponent(episode)}/end`, {
    body: { reason },
    headers: { "If-Match": `"${version}"`, "Idempotency-Key": key },
  });

/** Writes down progress; no step. */
export const noteOnCase = (id: string, input: ActInput, key: string): Answer<CaseView> =>
  request("POST", `cases/${id}/notes`, { body: input, headers: { "Idempotency-Key": key } });

export const uploadEvidence = (id: string, file: File): Answer<unknown> => {
  const form = new FormData();
  form.append("file", file);
  return request("POST", `cases/${id}/evidence`, { body: form });
};
export const evidenceUrl = (id: string): string => `/api/v1/evidence/${id}`;

export const fetchPeople = (household: string): Answer<Items<Person>> =>
  request("GET", `people?household=${encodeURIComponent(household)}`);
/** Staff of one's areas to whom a case can be dispatched; names with stars. */
export const fetchStaff = (): Answer<Items<Person>> =>
  request("GET", "people?kind=staff&takesJobs=true&limit=200");
/** The reason is kept in the audit log. */
export const revealPerson = (id: string, reason: string): Answer<Person> =>
  request("POST", `people/${encodeURIComponent(id)}/reveal`, { body: { reason } });

export const beginSecondFactor = (
  password: string,
): Answer<{ readonly secret: string; readonly uri: string; readonly qr: string }> =>
  request("POST", "session/second-factor", { body: { password } });
export const confirmSecondFactor = (
  code: string,
): Answer<{ readonly recoveryCodes: readonly string[] }> =>
  request("POST", "session/second-factor/confirm", { body: { code } });
