/** Tables of cases, their alarms, timeline, clocks and pages; `domain/case.ts` explains the words. */

export interface CaseRow {
  readonly id: string;
  /** The alarm it began with; null: somebody reported it. */
  readonly episode: string | null;
  readonly kind: string;
  readonly source: string;
  /** The reporting system's own name of it; unique for one source. */
  readonly source_ref: string | null;
  /** What was reported, in the words of whoever did. */
  readonly report: string | null;
  readonly gas: string | null;
  readonly state: string;
  readonly version: number;
  readonly priority: number;
  readonly peak_priority: number;
  readonly level: string;
  /** 1 while somebody still owes something: one of `openStates`. */
  readonly is_open: number;
  readonly drill: number;
  readonly test: number;
  /** Which home; see `cases/home-key.ts`. */
  readonly home: string;
  /** What joins the same open case: `danger`, `test`, or the alarm class. */
  readonly family: string;
  /** What several homes have in common, when the rules have found it. */
  readonly group_name: string | null;
  readonly household: string | null;
  /** Address as people say it. */
  readonly place: string;
  /** The same in English, where it is a sentence of ours; null: an address is an address. */
  readonly place_en: string | null;
  readonly area_path: string;
  readonly assignee: string | null;
  readonly team: string | null;
  readonly handler: string | null;
  readonly conclusion: string | null;
  readonly signed_by: string | null;
  readonly signed_at_ms: number | null;
  readonly pending_upper: number;
  readonly extended: number;
  readonly casualty: number;
  readonly merged_into: string | null;
  readonly recurrence_of: string | null;
  /** Whose clocks run: a priority, or 0 while nothing of it has rung. */
  readonly plan: number;
  readonly created_at_ms: number;
  readonly entered_at_ms: number;
  readonly round_at_ms: number;
  /** When a person last did something. */
  readonly touched_at_ms: number;
  /** Since when a signature is owed; null: none is. */
  readonly unsigned_since_ms: number | null;
  readonly upper_since_ms: number | null;
  readonly suspended_until_ms: number | null;
  readonly due_at_ms: number | null;
}

/** One alarm of a case. It is signed for by itself, whatever becomes of the case. */
export interface CaseAlarmRow {
  readonly episode: string;
  /** The case it was put into first; it goes back there when cases are taken apart. */
  readonly own_case: string;
  /** The case it is worked on in now. */
  readonly case_id: string;
  readonly joined_at_ms: number;
  /** Goes up when somebody signs. */
  readonly version: number;
  /** 1: it has rung, or must be signed for. */
  readonly rings: number;
  readonly signed_by: string | null;
  readonly signed_at_ms: number | null;
  /** What the clock of a gateway's board said, where that was another time; it decides who was first. */
  readonly signed_word_ms: number | null;
  /** 1: dated by when the center had its word, because that clock is not known to be right. */
  readonly signed_estimated: number;
}

/** One entry of the timeline; never changed. */
export interface CaseEventRow {
  readonly id: number;
  readonly case_id: string;
  readonly at_ms: number;
  /** A person, `system`, or a gateway. */
  readonly actor: string;
  /** A step of the flow, or `alarm`, `alarm_worse`, `alarm_over`, `note`, `late`. */
  readonly action: string;
  /** Row of the flow, T01–T28. */
  readonly step: string | null;
  readonly from_state: string | null;
  readonly to_state: string | null;
  readonly reason: string | null;
  /** How it came: `console`, `gateway`, `clock`, `intake`, a source's name. */
  readonly channel: string;
  /** What was brought along, JSON. */
  readonly detail: string;
}

/** A photo, voice note or document; the bytes are stored under their hash. */
export interface EvidenceRow {
  readonly id: string;
  readonly case_id: string;
  readonly sha256: string;
  /** `photo`, `voice`, `document`. */
  readonly kind: string;
  readonly bytes: number;
  readonly media_type: string;
  readonly by_name: string;
  readonly at_ms: number;
}

/** One running clock of a case. */
export interface TimerRow {
  readonly case_id: string;
  readonly clock: string;
  /** The step that comes next; the number of steps: it repeats. */
  readonly step: number;
  readonly repeats: number;
  readonly base_at_ms: number;
  readonly due_at_ms: number;
}

/** Something people are told of a case; one row for each channel. */
export interface PageRow {
  readonly id: number;
  readonly case_id: string;
  readonly clock: string;
  readonly at_ms: number;
  readonly channel: string;
  /** Roles between spaces, ` duty grid `: whoever holds one over the area or a part of it. */
  readonly roles: string;
  readonly area_path: string;
  /** One person, when it is theirs alone. */
  readonly person: string | null;
  readonly priority: number;
  /** 1: a drill or a test. */
  readonly staged: number;
  readonly text_zh: string;
  readonly text_en: string;
  /** `queued`, `sent`, `delivered`, `read` or `failed`. */
  readonly state: string;
  readonly tries: number;
  readonly error: string | null;
}

/** What became of a page with one person. */
export interface PageReadRow {
  readonly page_id: number;
  readonly user_name: string;
  readonly delivered_at_ms: number;
  readonly read_at_ms: number | null;
}

/** Within what time a street wants one step of its cases done; the longest path that covers a case wins. */
export interface ClockOverrideRow {
  readonly area: string;
  readonly priority: number;
  readonly clock: string;
  readonly within_ms: number;
  readonly set_by: string;
  readonly set_at_ms: number;
}
