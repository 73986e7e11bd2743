/** What a person may ask for under PIPL: a copy of what is kept (Art 45), and to be forgotten (Art 47). */
import { audit } from "../store/audit.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import { urgentCaseAt } from "./open-cases.ts";
import { by, inFull, personRow, type PersonView, type Viewer } from "./people.ts";
import { forgetReports, reportsBy, type KnownAs, type ReportBy } from "./person-reports.ts";

/** Looks at a person's data listed in a copy; the newest. */
const looksMax = 1_000;

export interface PersonCopy {
  readonly exportedAtMs: number;
  readonly exportedBy: string;
  readonly person: PersonView;
  /** Detectors in the person's home. */
  readonly detectors: readonly { readonly detector: string; readonly place: string }[];
  /** Alarms in the person's home since those detectors hang there. */
  readonly alarms: readonly {
    readonly episode: string;
    readonly alarmClass: string;
    readonly firstAtMs: number;
  }[];
  /** What was reported from the home under the person's name or number. */
  readonly reports: readonly {
    readonly source: string;
    readonly receivedAtMs: number;
    readonly kind: string;
    readonly text?: string;
    readonly name?: string;
    readonly phone?: string;
  }[];
  /** Who looked at the data, and why. */
  readonly looks: readonly {
    readonly atMs: number;
    readonly actor: string;
    readonly action: string;
    readonly detail: string;
  }[];
}

/** Everything kept of one person, for that person; `undefined`: not in the viewer's areas. */
export const copyPerson = async (
  tx: Writing,
  viewer: Viewer,
  id: string,
): Promise<PersonCopy | undefined> => {
  const row = await personRow(tx, viewer.areas, id);
  if (row === undefined) return;
  await audit(tx, { ...by(viewer), action: "person-export", subject: id, area: row.area });
  const looks = await tx
    .selectFrom("audit")
    .select(["at_ms as atMs", "actor", "action", "detail"])
    .where("subject", "=", id)
    .orderBy("seq", "desc")
    .limit(looksMax)
    .execute();
  const person = inFull(viewer.vault, row);
  return {
    exportedAtMs: viewer.nowMs,
    exportedBy: viewer.name,
    person,
    ...(await homeOf(tx, row.household)),
    reports: (await reportsBy(tx, knownAs(person))).map(toCopied),
    looks,
  };
};

const toCopied = ({ source, receivedAtMs, report }: ReportBy): PersonCopy["reports"][number] => ({
  source,
  receivedAtMs,
  kind: report.kind,
  ...(report.text !== undefined && { text: report.text }),
  ...report.contact,
});

const knownAs = ({ household, name, phone }: PersonView): KnownAs => ({
  household: household ?? null,
  name,
  phone,
});

const homeOf = async (
  db: Reading,
  household: string | null,
): Promise<Pick<PersonCopy, "detectors" | "alarms">> => {
  if (household === null) return { detectors: [], alarms: [] };
  const home = db
    .selectFrom("installations")
    .innerJoin("points", "points.id", "installations.point")
    .where("points.household", "=", household);
  return {
    detectors: await home
      .select(["installations.detector", "points.place"])
      .where("installations.removed_at_ms", "is", null)
      .orderBy("installations.detector")
      .execute(),
    alarms: await home
      .innerJoin("alarms", (join) =>
        join
          .onRef("alarms.gateway", "=", "installations.gateway")
          .onRef("alarms.detector", "=", "installations.detector")
          .onRef("alarms.first_at_ms", ">=", "installations.installed_at_ms"),
      )
      .select(["alarms.episode", "alarms.alarm_class as alarmClass"])
      .select("alarms.first_at_ms as firstAtMs")
      .where((eb) =>
        eb.or([
          eb("installations.removed_at_ms", "is", null),
          eb("installations.removed_at_ms", ">", eb.ref("alarms.first_at_ms")),
        ]),
      )
      .orderBy("alarms.first_at_ms", "desc")
      .execute(),
  };
};

export type ErasureOutcome =
  { readonly kind: "erased" } | { readonly kind: "unknown" } | { readonly kind: "case-open" };

/**
 * Forgets who a person is: name, phone, needs, home and login are wiped for good; the id, the kind
 * and the area stay, so that what was done keeps its subject. Reports that carry the name or the
 * number stay without them. Not during an urgent case at the
 * person's home: protecting a life goes first (Art 13-4). The home's alarm goes on.
 */
export const erasePerson = async (
  tx: Writing,
  viewer: Viewer,
  wish: { readonly id: string; readonly reason: string },
): Promise<ErasureOutcome> => {
  const row = await personRow(tx, viewer.areas, wish.id);
  if (row === undefined) return { kind: "unknown" };
  const open = row.household === null ? undefined : await urgentCaseAt(tx, row.household);
  const kind = open === undefined ? "erased" : "case-open";
  await audit(tx, {
    ...by(viewer),
    action: kind === "erased" ? "person-erase" : "person-erase-refused",
    subject: wish.id,
    area: row.area,
    detail: { reason: wish.reason },
  });
  if (kind === "case-open") return { kind };
  await forgetReports(tx, knownAs(inFull(viewer.vault, row)));
  await tx
    .updateTable("people")
    .set({
      name: "",
      phone: null,
      flags: "{}",
      household: null,
      user_name: null,
      erased_at_ms: row.erased_at_ms ?? Math.floor(viewer.nowMs),
    })
    .where("id", "=", wish.id)
    .execute();
  return { kind };
};
