/**
 * What the register keeps besides devices and people, as data: one description a kind gives its
 * reading, its writing, its API and who may write it.
 */
import { Type, type TSchema } from "typebox";
import { areaKinds, type Role } from "#domain/rights.ts";
import { namePattern } from "#domain/ids.ts";

export const registerKinds = ["areas", "buildings", "households", "points", "gateways"] as const;
export type RegisterKind = (typeof registerKinds)[number];

/** One fact of an entry. */
export interface Field {
  readonly column: string;
  readonly schema: TSchema;
  /** Must be given when the entry is made. */
  readonly required?: true;
  /** Stays as it was first written: what others hang on. */
  readonly fixed?: true;
  /** The kind this names an entry of. */
  readonly names?: RegisterKind;
}

export interface KindFacts {
  readonly table: string;
  /** The column that names an entry. */
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** How its area is reached, for scoping: SQL after `from <table> as t`; the area is `a`. */
  readonly toArea: string;
  /** Roles that may write it, within their areas. */
  readonly writers: readonly Role[];
  /** Live entries of other tables that hang on it, so that it cannot be retired: table, column. */
  readonly holds: readonly (readonly [table: string, column: string])[];
}

const id = Type.String({ pattern: namePattern });
const text = Type.String({ pattern: "^[^\\u0000-\\u001f]{1,200}$" });
const textOrNone = Type.Union([text, Type.Null()]);

const leads: readonly Role[] = ["admin", "street_lead", "street_duty"];

export const kindFacts: Readonly<Record<RegisterKind, KindFacts>> = {
  areas: {
    table: "areas",
    key: "id",
    zh: "区域",
    en: "area",
    fields: {
      kind: { column: "kind", schema: Type.Enum(areaKinds), required: true, fixed: true },
      // An area that moved would leave behind every grant and alarm that names its path.
      parent: { column: "parent", schema: Type.Union([id, Type.Null()]), fixed: true },
      nameZh: { column: "name_zh", schema: text, required: true },
      nameEn: { column: "name_en", schema: text, required: true },
    },
    toArea: "join areas a on a.id = t.id",
    writers: ["admin", "street_lead"],
    holds: [
      ["areas", "parent"],
      ["buildings", "area"],
      ["gateway_areas", "area"],
    ],
  },
  buildings: {
    table: "buildings",
    key: "id",
    zh: "楼栋",
    en: "building",
    fields: {
      area: { column: "area", schema: id, required: true, names: "areas" },
      name: { column: "name", schema: text, required: true },
      latitude: {
        column: "latitude",
        schema: Type.Union([Type.Number({ minimum: -90, maximum: 90 }), Type.Null()]),
      },
      longitude: {
        column: "longitude",
        schema: Type.Union([Type.Number({ minimum: -180, maximum: 180 }), Type.Null()]),
      },
    },
    toArea: "join areas a on a.id = t.area",
    writers: [...leads, "community_lead"],
    holds: [
      ["households", "building"],
      ["points", "building"],
    ],
  },
  households: {
    table: "households",
    key: "id",
    zh: "住户",
    en: "household",
    fields: {
      building: { column: "building", schema: id, required: true, names: "buildings" },
      riser: { column: "riser", schema: textOrNone },
      floor: { column: "floor", schema: textOrNone },
      room: { column: "room", schema: textOrNone },
      address: { column: "address", schema: text, required: true },
    },
    toArea: "join buildings b on b.id = t.building join areas a on a.id = b.area",
    writers: [...leads, "community_lead", "duty", "grid"],
    holds: [["points", "household"]],
  },
  points: {
    table: "points",
    key: "id",
    zh: "点位",
    en: "point",
    fields: {
      building: { column: "building", schema: id, required: true, fixed: true, names: "buildings" },
      household: {
        column: "household",
        schema: Type.Union([id, Type.Null()]),
        names: "households",
      },
      place: { column: "place", schema: text, required: true },
    },
    toArea: "join buildings b on b.id = t.building join areas a on a.id = b.area",
    writers: [...leads, "community_lead", "duty", "grid", "tech"],
    holds: [["installations", "point"]],
  },
  gateways: {
    table: "gateway_areas",
    key: "gateway",
    zh: "网关",
    en: "gateway",
    fields: {
      area: { column: "area", schema: id, required: true, names: "areas" },
      place: { column: "place", schema: textOrNone },
    },
    toArea: "join areas a on a.id = t.area",
    writers: ["admin", "street_lead"],
    holds: [["installations", "gateway"]],
  },
};
