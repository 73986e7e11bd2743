/** Tables of the register; areas and their paths are explained in `domain/rights.ts`. */
import type { Generated } from "kysely";

/** What every entry has besides its own: nothing is deleted, and nobody overwrites unseen. */
export interface Versioned {
  /** Grows with every change; the API's `If-Match`. */
  readonly version: Generated<number>;
  /** Present: kept for its history only. */
  readonly retired_at_ms: number | null;
}

export interface AreaRow extends Versioned {
  readonly id: string;
  /** One of `areaKinds`. */
  readonly kind: string;
  readonly parent: string | null;
  /** Of all ancestors and itself: `/pidu/anjing/`. */
  readonly path: string;
  readonly name_zh: string;
  readonly name_en: string;
}

export interface BuildingRow extends Versioned {
  readonly id: string;
  readonly area: string;
  readonly name: string;
  /** WGS-84. */
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export interface HouseholdRow extends Versioned {
  /** The household number 户号. */
  readonly id: string;
  readonly building: string;
  readonly riser: string | null;
  readonly floor: string | null;
  readonly room: string | null;
  /** As people say it. */
  readonly address: string;
}

/** A place where one detector hangs; it keeps its history when the device is swapped. */
export interface PointRow extends Versioned {
  readonly id: string;
  readonly building: string;
  /** Absent: a corridor, a shaft, a kitchen of the community. */
  readonly household: string | null;
  /** Kitchen, bedroom … */
  readonly place: string;
}

export interface GatewayAreaRow extends Versioned {
  readonly gateway: string;
  readonly area: string;
  /** Where the box hangs, for whoever has to find it. */
  readonly place: string | null;
}

/** One device at one point for a time; `removed_at_ms` absent: it hangs there now. */
export interface InstallationRow {
  readonly id: string;
  readonly detector: string;
  readonly gateway: string;
  readonly point: string;
  readonly profile: string | null;
  readonly serial: string | null;
  readonly made_at_ms: number | null;
  /** 0: before this register began. */
  readonly installed_at_ms: number;
  readonly warm_until_ms: number | null;
  readonly calibrated_at_ms: number | null;
  readonly expires_at_ms: number | null;
  readonly removed_at_ms: number | null;
  /** One of `removalReasons`. */
  readonly removed_why: string | null;
  /** The installation that took its place at the point. */
  readonly replaced_by: string | null;
  /** Who told of it first: `site-file`, `import` or `hand`. */
  readonly origin: string;
  readonly version: Generated<number>;
}

/** Residents, their contacts, staff. Personal data: read through `center/accounts` rights only. */
export interface PersonRow {
  readonly id: string;
  /** `resident`, `contact` or `staff`. */
  readonly kind: string;
  readonly name: string;
  /** Sealed; see `vault/seal.ts`. */
  readonly phone: string | null;
  readonly area: string;
  readonly household: string | null;
  readonly user_name: string | null;
  /** JSON: what a rescuer must know (lives alone, hearing …), each with its consent. */
  readonly flags: string;
  readonly erased_at_ms: number | null;
  readonly version: Generated<number>;
  /** Staff that works here no more; name and phone stay for those who ask who it was. */
  readonly ended_at_ms: number | null;
}

export interface GrantRow {
  readonly user_name: string;
  readonly role: string;
  /** Path of the area. */
  readonly area: string;
}
