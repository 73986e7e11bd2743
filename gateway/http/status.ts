/** What the gateway answers when asked how it is. */
import type { Bilingual } from "#domain/result.ts";
import type { DetectorStatus } from "#domain/wire.ts";
import type { BuzzerStatus } from "../buzzer-board.ts";
import type { Pipeline } from "../pipeline.ts";
import { detectorStatus } from "../status-report.ts";

export interface GatewayStatus {
  readonly gateway: string;
  readonly street: Bilingual;
  readonly community: Bilingual;
  readonly drill: boolean;
  readonly nowMs: number;
  readonly link: { readonly state: "up" | "lost"; readonly unconfirmed: number };
  readonly journal: {
    readonly lastSeq: number;
    readonly pending: number;
    readonly unwritten: number;
  };
  readonly detectors: readonly DetectorStatus[];
  readonly buzzers: readonly BuzzerStatus[];
  readonly faults: readonly Bilingual[];
  /** Messages since the start, for the technician. */
  readonly counts: Readonly<Record<string, number>>;
}

export type ReadStatus = () => GatewayStatus;

export const detectorsOf = (pipeline: Pipeline): readonly DetectorStatus[] =>
  [...pipeline.points.values()].map(detectorStatus);
