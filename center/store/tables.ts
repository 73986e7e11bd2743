import type { CommandRow, SigningKeyRow } from "./command-tables.ts";
import type {
  EvidenceDeletionRow,
  IntakeEventRow,
  IntakeNonceRow,
  IntakeSecretRow,
  IntakeSourceRow,
  ResidentLinkRow,
} from "./intake-tables.ts";
import type { ImportItemRow, ImportRow } from "./import-tables.ts";
import type {
  CaseAlarmRow,
  CaseEventRow,
  CaseRow,
  ClockOverrideRow,
  EvidenceRow,
  PageReadRow,
  PageRow,
  TimerRow,
} from "./case-tables.ts";
import type {
  AreaRow,
  BuildingRow,
  GatewayAreaRow,
  GrantRow,
  HouseholdRow,
  InstallationRow,
  PersonRow,
  PointRow,
} from "./register-tables.ts";
import type {
  AuditRow,
  DataKeyRow,
  KnownDeviceRow,
  RecoveryCodeRow,
  SecondFactorRow,
  SessionRow,
  UserRow,
} from "./rights-tables.ts";
import type { SinkCursorRow } from "./sink-tables.ts";
import type { TelemetryTables } from "./telemetry-tables.ts";

/**
 * The center's tables as TypeScript sees them; `migrations/` makes them.
 *
 * Portable on purpose (SQLite and PostgreSQL run the same code): text ids, whole numbers for
 * epoch milliseconds and for yes/no (1/0), JSON as text.
 */
export interface Tables extends TelemetryTables {
  /** Numbers handed out without gaps or repeats; its `stream` row is also the writers' lock. */
  readonly counters: { readonly name: string; readonly value: number };
  readonly gateways: GatewayRow;
  readonly gateway_lives: GatewayLifeRow;
  readonly detectors: DetectorRow;
  readonly records: RecordRow;
  readonly completeness: CompletenessRow;
  readonly journal_renewals: JournalRenewalRow;
  readonly reopened: ReopenedRow;
  readonly episode_names: EpisodeNameRow;
  readonly alarms: AlarmRow;
  readonly cases: CaseRow;
  readonly case_alarms: CaseAlarmRow;
  readonly case_events: CaseEventRow;
  readonly evidence: EvidenceRow;
  readonly timers: TimerRow;
  readonly pages: PageRow;
  readonly page_reads: PageReadRow;
  readonly actions: ActionRow;
  readonly street_events: StreetEventRow;
  readonly stream_events: StreamEventRow;
  readonly refusals: RefusalRow;
  readonly idempotency: IdempotencyRow;
  readonly users: UserRow;
  readonly sessions: SessionRow;
  readonly known_devices: KnownDeviceRow;
  readonly second_factors: SecondFactorRow;
  readonly recovery_codes: RecoveryCodeRow;
  readonly audit: AuditRow;
  readonly areas: AreaRow;
  readonly buildings: BuildingRow;
  readonly households: HouseholdRow;
  readonly points: PointRow;
  readonly gateway_areas: GatewayAreaRow;
  readonly installations: InstallationRow;
  readonly people: PersonRow;
  readonly grants: GrantRow;
  readonly commands: CommandRow;
  readonly signing_keys: SigningKeyRow;
  readonly imports: ImportRow;
  readonly import_items: ImportItemRow;
  readonly intake_sources: IntakeSourceRow;
  readonly intake_nonces: IntakeNonceRow;
  readonly intake_events: IntakeEventRow;
  readonly intake_secret: IntakeSecretRow;
  readonly evidence_deletions: EvidenceDeletionRow;
  readonly sink_cursors: SinkCursorRow;
  readonly data_keys: DataKeyRow;
  readonly resident_links: ResidentLinkRow;
  readonly clock_overrides: ClockOverrideRow;
}

export interface GatewayRow {
  readonly id: string;
  readonly heard_at_ms: number;
  /** `up` or `lost`. */
  readonly link: string;
  readonly drill: number;
  readonly pending: number;
  /** Boot and monotonic time of the newest status: an older one that comes late changes nothing. */
  readonly boot: string;
  readonly boot_mono_ms: number;
  /** JSON list of what the gateway itself complains about. */
  readonly faults: string;
  /** JSON of what judges there; null: a gateway that does not say. */
  readonly rules: string | null;
  /** The journal it writes now; null: it has not said. */
  readonly journal: string | null;
  /** When an older life of it was last heard beside the newest: two boxes under one id. */
  readonly rival_at_ms: number | null;
  /** Its wall clock minus the center's, as last measured; null: an older gateway. */
  readonly clock_offset_ms: number | null;
}

/** One boot with one journal; see `intake/gateway-lives.ts`. */
export interface GatewayLifeRow {
  readonly gateway: string;
  readonly boot: string;
  /** Empty while the gateway cannot read its own. */
  readonly journal: string;
  /** Counts the lives of a gateway; the highest is the present one. */
  readonly place: number;
  /** The newest word of this life, on its own monotonic clock. */
  readonly mono_ms: number;
  readonly first_heard_at_ms: number;
  readonly heard_at_ms: number;
  /** Wall minus monotonic clock of this boot once the wall clock was right; null: it never was. */
  readonly boot_offset_ms: number | null;
}

/** The newest status of one detector, as its gateway sees it. */
export interface DetectorRow {
  readonly gateway: string;
  readonly detector: string;
  readonly state: string;
  readonly status: string;
  /** When it was told, by the gateway's clock; null: before the center kept it. */
  readonly boot: string | null;
  readonly mono_ms: number | null;
  /** 1 while it names alarms that stand. */
  readonly standing: number | null;
}

/** A name an alarm had at its gateway before the gateway forgot it and gave it another. */
export interface EpisodeNameRow {
  readonly gateway: string;
  readonly gateway_episode: string;
  /** The center's name of the alarm. */
  readonly episode: string;
}

/** An alarm that was told as returned and stands all the same; see `intake/reopen-alarms.ts`. */
export interface ReopenedRow {
  readonly episode: string;
  readonly gateway: string;
  readonly detector: string;
  readonly since_ms: number;
}

/** Every numbered or un-numbered record a gateway sent, as it came. */
export interface RecordRow {
  readonly source: string;
  readonly id: string;
  readonly gateway: string;
  readonly journal: string | null;
  readonly seq: number | null;
  readonly lane: string;
  readonly episode: string;
  readonly durable: number;
  readonly late: number;
  readonly body: string;
  readonly received_at_ms: number;
}

export interface CompletenessRow {
  readonly gateway: string;
  readonly journal: string;
  /** JSON list of what arrived; see `intake/stretches.ts`. */
  readonly received: string;
  /** Highest number the gateway says it has written. */
  readonly recorded: number;
  /** The number it begins with, where older ones had left it before it was renewed; null: 1. */
  readonly first: number | null;
}

/** A journal that ended and goes on under another id, which took over its numbers `from` … `to`. */
export interface JournalRenewalRow {
  readonly gateway: string;
  readonly journal: string;
  readonly goes_on_as: string;
  readonly from_seq: number;
  readonly to_seq: number;
}

export interface AlarmRow {
  /** The center's name of the episode, as the API uses it; see `intake/save-alarms.ts`. */
  readonly episode: string;
  readonly gateway: string;
  /** The gateway's own name of it; unique for one gateway. */
  readonly gateway_episode: string;
  readonly detector: string;
  readonly condition: string;
  readonly alarm_class: string;
  readonly priority: number;
  /** 1 while a person must still see it: active, or returned but not signed for. */
  readonly on_desk: number;
  readonly first_at_ms: number;
  readonly last_at_ms: number;
  readonly received_at_ms: number;
  readonly late: number;
  readonly durable: number;
  /** What the fold needs to remember, JSON; see `intake/fold-alarm.ts`. */
  readonly memory: string;
  readonly notice: string;
  /** Area of the detector; `/` when nobody knows: everybody's, never nobody's. */
  readonly area_path: string;
}

/** Something done to a detector's alarms at its gateway: shelved, hushed, suppressed … */
export interface ActionRow {
  readonly gateway: string;
  readonly id: string;
  readonly detector: string;
  readonly rule: string;
  /** The gateway's own name of the episode, when it was about one. */
  readonly gateway_episode: string | null;
  readonly at_ms: number;
  /** The action, JSON. */
  readonly action: string;
}

/** What is told of one topic of one group since it last began or ended; the rest is in `records`. */
export interface StreetEventRow {
  readonly gateway: string;
  readonly id: string;
  readonly topic: string;
  readonly group_name: string;
  /** The notice, JSON. */
  readonly notice: string;
}

/** "This alarm, gateway or street event changed": the page is sent its state as it is when it asks. */
export interface StreamEventRow {
  readonly position: number;
  readonly kind: string;
  readonly ref: string;
}

/** A message that could not be taken in, kept so that nothing is dropped unseen. */
export interface RefusalRow {
  /** Hash of gateway and content: a message refused again and again is one row. */
  readonly id: string;
  readonly gateway: string;
  readonly reason_zh: string;
  readonly reason_en: string;
  readonly topic: string;
  readonly body: string;
  readonly times: number;
  readonly received_at_ms: number;
}

export interface IdempotencyRow {
  readonly actor: string;
  readonly key: string;
  readonly request: string;
  /** What came of it, JSON. */
  readonly outcome: string;
  readonly created_at_ms: number;
}
