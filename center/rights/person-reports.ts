/** Reports in which a person of the register left a name or a number: copied and forgotten with them. */
import type { Reading, Writing } from "../store/open-store.ts";
import type { Report } from "../one-intake/report.ts";
import { reportIn } from "../one-intake/quarantine.ts";

/** How a person may be known again in what was reported from their home. */
export interface KnownAs {
  readonly household: string | null;
  readonly name: string;
  readonly phone: string | undefined;
}

export interface ReportBy {
  readonly source: string;
  readonly id: string;
  readonly receivedAtMs: number;
  /** As it is kept. */
  readonly body: string;
  readonly report: Report;
}

/** Reports of cases at the person's home that carry their name or number, oldest first. */
export const reportsBy = async (db: Reading, person: KnownAs): Promise<readonly ReportBy[]> => {
  if (person.household === null) return [];
  const rows = await db
    .selectFrom("intake_events")
    .innerJoin("cases", "cases.id", "intake_events.case_id")
    .select(["intake_events.source", "intake_events.id", "intake_events.body"])
    .select("intake_events.received_at_ms as receivedAtMs")
    .where("cases.household", "=", person.household)
    .orderBy("intake_events.received_at_ms")
    .orderBy("intake_events.id")
    .execute();
  return rows.flatMap(({ body, ...row }) => {
    const report = reportIn(body);
    return report !== undefined && isTheirs(report, person) ? [{ ...row, body, report }] : [];
  });
};

/** The report stays, and the hash of how it came; who left it is wiped. */
export const forgetReports = async (tx: Writing, person: KnownAs): Promise<void> => {
  for (const { source, id, body } of await reportsBy(tx, person)) {
    await tx
      .updateTable("intake_events")
      .set({ body: JSON.stringify(JSON.parse(body), withoutContact) })
      .where("source", "=", source)
      .where("id", "=", id)
      .execute();
  }
};

const isTheirs = ({ contact }: Report, { name, phone }: KnownAs): boolean =>
  (contact?.name !== undefined && contact.name === name) ||
  (contact?.phone !== undefined && phone !== undefined && digits(contact.phone) === digits(phone));

/** 138 0000 1234, +86-138 0000 1234 and 13800001234 are one number. */
const digits = (phone: string): string => phone.replaceAll(/\D/g, "").slice(-11);

/** No other field of a report, or of the event around it, has this name. */
const withoutContact = (key: string, value: unknown): unknown =>
  key === "contact" ? undefined : value;
