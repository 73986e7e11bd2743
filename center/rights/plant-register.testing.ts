/** A small register: one district, one street, three communities, one grid, two homes. */
import type { Store, Writing } from "../store/open-store.ts";

export const places = {
  district: "/pidu/",
  street: "/pidu/anjing/",
  xian: "/pidu/anjing/xian/",
  grid: "/pidu/anjing/xian/g1/",
  xian2: "/pidu/anjing/xian2/",
  west: "/pidu/anjing/west/",
} as const;

const areas = [
  ["pidu", "district", null, places.district],
  ["anjing", "street", "pidu", places.street],
  ["xian", "community", "anjing", places.xian],
  ["xian2", "community", "anjing", places.xian2],
  ["west", "community", "anjing", places.west],
  ["g1", "grid", "xian", places.grid],
] as const;

/**
 * Gateway `gw-xian` serves Xian, `gw-west` serves West; `kitchen` hangs in home `h-xian` of Xian
 * and in home `h-west` of West, under its own gateway each.
 */
export const plantRegister = (store: Store): Promise<void> =>
  store.write(async (tx) => {
    for (const [id, kind, parent, path] of areas) {
      const names = { name_zh: id, name_en: id };
      await tx
        .insertInto("areas")
        .values({ id, kind, parent, path, ...names })
        .execute();
    }
    for (const area of ["xian", "west"]) {
      await plantHome(tx, area);
      await plantGateway(tx, area);
    }
  });

const plantHome = async (tx: Writing, area: string): Promise<void> => {
  const building = `b-${area}`;
  const household = `h-${area}`;
  const address = `${area}社区2栋1单元603`;
  await tx
    .insertInto("buildings")
    .values({ id: building, area, name: "2栋", latitude: null, longitude: null })
    .execute();
  await tx
    .insertInto("households")
    .values({ id: household, building, riser: null, floor: "6", room: "603", address })
    .execute();
  await tx
    .insertInto("points")
    .values({ id: `p-${area}`, building, household, place: "厨房" })
    .execute();
  const device = { profile: null, serial: null, made_at_ms: null, origin: "hand" };
  const times = { warm_until_ms: null, calibrated_at_ms: null, expires_at_ms: null };
  const end = { removed_at_ms: null, removed_why: null, replaced_by: null };
  const hangs = { detector: "kitchen", gateway: `gw-${area}`, point: `p-${area}` };
  await tx
    .insertInto("installations")
    .values({ id: `i-${area}`, ...hangs, ...device, ...times, ...end, installed_at_ms: 0 })
    .execute();
  const known = { name: "王秀英", phone: "13812345678", flags: '{"alone":true}' };
  const place = { area, household, user_name: null, erased_at_ms: null };
  await tx
    .insertInto("people")
    .values({ id: `person-${area}`, kind: "resident", ...known, ...place })
    .execute();
};

const plantGateway = async (tx: Writing, area: string): Promise<void> => {
  const id = `gw-${area}`;
  const state = { heard_at_ms: 0, link: "up", drill: 0, pending: 0, faults: "[]" };
  await tx
    .insertInto("gateways")
    .values({ id, ...state, boot: "", boot_mono_ms: 0, rules: null })
    .execute();
  await tx.insertInto("gateway_areas").values({ gateway: id, area }).execute();
};
