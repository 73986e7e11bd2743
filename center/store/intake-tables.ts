/** Tables of the one intake; `one-intake/` explains them. */

/** Another system that may report. */
export interface IntakeSourceRow {
  readonly id: string;
  /** One of `caseSources`. */
  readonly kind: string;
  readonly name_zh: string;
  readonly name_en: string;
  /** Path of the area it reports for; what it cannot place belongs there. */
  readonly area_path: string;
  /** Number of its present key; keys themselves are derived and stored nowhere. */
  readonly key_number: number;
  /** Until when the key before is still good, epoch ms; 0: it is not. */
  readonly key_overlap_until_ms: number;
  readonly disabled_at_ms: number | null;
  readonly created_by: string;
  readonly created_at_ms: number;
}

/** Every nonce within the clock window: a request cannot be sent twice. */
export interface IntakeNonceRow {
  readonly source: string;
  readonly nonce: string;
  readonly at_ms: number;
}

/** Every report as it came, and what became of it. Never deleted. */
export interface IntakeEventRow {
  /** A registered system, `resident` or `staff`. */
  readonly source: string;
  /** The source's own name of it. */
  readonly id: string;
  readonly body_sha256: string;
  /** As it came, JSON or not. */
  readonly body: string;
  readonly received_at_ms: number;
  /** Path of the area it lies in, as far as known. */
  readonly area_path: string;
  /** `placed`; `unplaced`: nobody knows where; `unreadable`: not what we understand; `set-aside`: by hand. */
  readonly state: string;
  readonly reason_zh: string | null;
  readonly reason_en: string | null;
  readonly case_id: string | null;
  readonly merged_into: string | null;
  readonly settled_by: string | null;
}

/** Which secret keys are derived from, so that two centers cannot disagree unseen. */
export interface IntakeSecretRow {
  readonly only: string;
  readonly fingerprint: string;
}

/** A wish to delete evidence: another role must agree before it is done. */
export interface EvidenceDeletionRow {
  readonly evidence_id: string;
  readonly asked_by: string;
  readonly asked_role: string;
  readonly reason: string;
  readonly asked_at_ms: number;
  readonly agreed_by: string | null;
  readonly agreed_at_ms: number | null;
}

/** A resident's link 一键报事, good until it ends or somebody withdraws it. */
export interface ResidentLinkRow {
  readonly id: string;
  readonly household: string;
  readonly expires_at_ms: number;
  readonly created_by: string;
  readonly created_at_ms: number;
  readonly withdrawn_by: string | null;
  readonly withdrawn_at_ms: number | null;
  /** The link that was made in its place. */
  readonly replaced_by: string | null;
}
