/** Tables of the register; areas and their paths are explained in `domain/rights.ts`. */

export interface AreaRow {
  readonly id: string;
  /** One of `areaKinds`. */
  readonly kind: string;
  readonly parent: string | null;
  /** Of all ancestors and itself: `/pidu/anjing/`. */
  readonly path: string;
  readonly name_zh: string;
  readonly name_en: string;
}

export interface BuildingRow {
  readonly id: string;
  readonly area: string;
  readonly name: string;
  /** WGS-84. */
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export interface HouseholdRow {
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
export interface PointRow {
  readonly id: string;
  readonly building: string;
  /** Absent: a corridor, a shaft, a kitchen of the community. */
  readonly household: string | null;
  /** Kitchen, bedroom … */
  readonly place: string;
}

export interface GatewayAreaRow {
  readonly gateway: string;
  readonly area: string;
}

/** One device at one point for a time; `removed_at_ms` absent: it hangs there now. */
export interface InstallationRow {
  readonly id: string;
  readonly detector: string;
  readonly gateway: string;
  readonly point: string;
  readonly profile: string | null;
  readonly serial: string | null;
  readonly installed_at_ms: number;
  readonly expires_at_ms: number | null;
  readonly removed_at_ms: number | null;
}

/** Residents, their contacts, staff. Personal data: read through `center/accounts` rights only. */
export interface PersonRow {
  readonly id: string;
  /** `resident`, `contact` or `staff`. */
  readonly kind: string;
  readonly name: string;
  readonly phone: string | null;
  readonly area: string;
  readonly household: string | null;
  readonly user_name: string | null;
  /** JSON: what a rescuer must know (lives alone, hearing …), each with its consent. */
  readonly flags: string;
  readonly erased_at_ms: number | null;
}

export interface GrantRow {
  readonly user_name: string;
  readonly role: string;
  /** Path of the area. */
  readonly area: string;
}
