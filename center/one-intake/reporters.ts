/**
 * Who reported a case and how to call them back: with stars, in full on one's own open case, every
 * look written down. They left their number for this case; people of the register are `people.ts`.
 */
import { maskName, maskPhone } from "../rights/masking.ts";
import { by, type Viewer } from "../rights/people.ts";
import { isInScope } from "../rights/scoped.ts";
import { caseRow } from "../cases/case-rows.ts";
import { audit } from "../store/audit.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { inLists } from "../store/chunks.ts";
import type { IntakeEventRow } from "../store/intake-tables.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import { reportIn } from "./quarantine.ts";
import type { ReportKind } from "./report.ts";

export interface Reporter {
  /** The reporting system, `resident` or `staff`. */
  readonly source: string;
  readonly receivedAtMs: number;
  readonly kind: ReportKind;
  readonly name?: string;
  readonly phone?: string;
  /** true: name and phone have stars in them. */
  readonly masked: boolean;
}

/** Reports of a case, and of those merged into it, oldest first; `undefined`: not in one's areas. */
export const readReporters = async (
  tx: Writing,
  viewer: Viewer,
  caseId: string,
): Promise<readonly Reporter[] | undefined> => {
  const row = await caseRow(tx, caseId);
  if (row === undefined || !isInScope(row.area_path, viewer.areas)) return;
  const masked = !isOwn(row, viewer.name);
  const reporters = (await reportsOf(tx, await withMerged(tx, caseId))).flatMap((event) =>
    toReporter(event, masked),
  );
  await audit(tx, {
    ...by(viewer),
    action: masked ? "reporter-read" : "reporter-reveal",
    subject: caseId,
    area: row.area_path,
    detail: { reporters: reporters.length },
  });
  return reporters;
};

const isOwn = (row: CaseRow, user: string): boolean =>
  row.is_open === 1 && [row.signed_by, row.assignee, row.handler].includes(user);

const withMerged = async (db: Reading, caseId: string): Promise<readonly string[]> => {
  const found = [caseId];
  // Grows while it is read: what was merged into what was merged.
  for (const id of found) {
    const merged = await db
      .selectFrom("cases")
      .select("id")
      .where("merged_into", "=", id)
      .orderBy("id")
      .execute();
    found.push(...merged.map((one) => one.id).filter((one) => !found.includes(one)));
  }
  return found;
};

const reportsOf = async (
  db: Reading,
  caseIds: readonly string[],
): Promise<readonly IntakeEventRow[]> => {
  const events: IntakeEventRow[] = [];
  for (const list of inLists(caseIds)) {
    const rows = await db
      .selectFrom("intake_events")
      .selectAll()
      .where("case_id", "in", list)
      .execute();
    events.push(...rows);
  }
  return events.sort((a, b) => a.received_at_ms - b.received_at_ms || (a.id < b.id ? -1 : 1));
};

const toReporter = (event: IntakeEventRow, masked: boolean): readonly Reporter[] => {
  const report = reportIn(event.body);
  if (report === undefined) return [];
  const { name, phone } = report.contact ?? {};
  return [
    {
      source: event.source,
      receivedAtMs: event.received_at_ms,
      kind: report.kind,
      ...(name !== undefined && { name: masked ? maskName(name) : name }),
      ...(phone !== undefined && { phone: masked ? maskPhone(phone) : phone }),
      masked,
    },
  ];
};
