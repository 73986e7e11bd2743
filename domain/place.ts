/** Where a detector hangs. Every part below the text is optional: registers are never complete. */
export interface Address {
  /** The address as people say it: 喜安社区2栋1单元603. */
  readonly text: string;
  readonly community?: string;
  readonly building?: string;
  readonly riser?: string;
  readonly floor?: string;
  readonly room?: string;
}
