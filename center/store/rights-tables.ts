/** Tables of accounts, second factors, keys of personal data, and the audit chain. */

export interface UserRow {
  readonly name: string;
  readonly password_hash: string;
  readonly must_change_password: number;
  readonly created_at_ms: number;
  /** Path of the area whose administrators keep this account. */
  readonly area: string;
  /** Present: nobody gets in with it. */
  readonly disabled_at_ms: number | null;
  /** A password given out by an administrator ends by itself. */
  readonly password_expires_at_ms: number | null;
}

export interface SessionRow {
  /** SHA-256 of the cookie's token, hex: reading the database does not let anyone in. */
  readonly token_hash: string;
  readonly user_name: string;
  readonly source: string;
  readonly created_at_ms: number;
  readonly seen_at_ms: number;
  readonly revoked: number;
  /** 1: more than the password was shown. */
  readonly second_factor: number;
  /** What the browser calls itself, so that people know their sessions apart. */
  readonly agent: string;
}

/** Time-based codes (RFC 6238) of one account. */
export interface SecondFactorRow {
  readonly user_name: string;
  /** Base32, sealed; see `vault/seal.ts`. */
  readonly secret: string;
  /** 0: shown, but no code from it has been seen yet. */
  readonly confirmed: number;
  /** Number of the 30-second step whose code was used last: no code is good twice. */
  readonly last_step: number;
}

export interface RecoveryCodeRow {
  readonly user_name: string;
  /** SHA-256 of 80 random bits, hex. */
  readonly code_hash: string;
  readonly used_at_ms: number | null;
}

/** A browser on which an account has logged in; see `accounts/devices.ts`. */
export interface KnownDeviceRow {
  readonly token_hash: string;
  readonly user_name: string;
  readonly seen_at_ms: number;
}

/** One link of the audit chain; see `store/audit.ts`. */
export interface AuditRow {
  readonly id: string;
  readonly at_ms: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly source: string;
  readonly detail: string;
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  /** Path of the area of what it was done to. */
  readonly area: string;
  /** Hash of the row before; empty for the first. */
  readonly prev: string;
  readonly hash: string;
}

/** A key something here is sealed with; the key itself is in a file, see `vault/key-ring.ts`. */
export interface DataKeyRow {
  readonly fingerprint: string;
}
