/** A command to a gateway, kept until the gateway's record that names it is committed here. */
export interface CommandRow {
  readonly id: string;
  readonly gateway: string;
  readonly kind: string;
  readonly detector: string;
  /** The center's name of the alarm it is about; null: about none. */
  readonly episode: string | null;
  /** What is sent, JSON of `domain/command.ts` `Order`. */
  readonly body: string;
  readonly by_name: string;
  readonly at_ms: number;
  readonly expires_at_ms: number;
  /** `waiting`, `done`, `refused` or `expired`. */
  readonly state: string;
  /** Why it was refused, as the gateway said it. */
  readonly reason: string | null;
  readonly answered_at_ms: number | null;
  readonly tries: number;
  /** When it is sent next; 0: at once. */
  readonly due_at_ms: number;
}

/** Keys the center signs with. */
export interface SigningKeyRow {
  readonly name: string;
  /** PKCS#8 PEM, sealed; see `vault/seal.ts`. */
  readonly private_pem: string;
}
