/** Imports and what each of them wrote, so that a whole one can be taken back. */

export interface ImportRow {
  readonly id: string;
  readonly file_name: string;
  readonly file_sha256: string;
  /** Path of the smallest area that everything in it lies in. */
  readonly area_path: string;
  readonly rows: number;
  readonly created_by: string;
  readonly created_at_ms: number;
  readonly undone_by: string | null;
  readonly undone_at_ms: number | null;
}

export interface ImportItemRow {
  readonly import: string;
  /** `building`, `household`, `point`, `installation`, `person`, or `completed`: one of the site file's. */
  readonly kind: string;
  readonly ref: string;
  /** For `completed`: what stood there before, JSON. */
  readonly before: string | null;
}
