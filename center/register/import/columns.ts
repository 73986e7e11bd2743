/** The columns of the import file, as data: one row is one detector at one point. */
import { isName } from "#domain/ids.ts";
import type { Bilingual } from "#domain/result.ts";

export const columnKeys = [
  "community",
  "grid",
  "building",
  "riser",
  "floor",
  "room",
  "household",
  "address",
  "place",
  "point",
  "gateway",
  "detector",
  "profile",
  "serial",
  "madeOn",
  "installedOn",
  "expiresOn",
  "resident",
  "phone",
] as const;
export type ColumnKey = (typeof columnKeys)[number];

export interface Column {
  /** Heading of the template; the English one and the key are understood as well. */
  readonly zh: string;
  readonly en: string;
  readonly required?: true;
  /** An id: leading zeros count, and what a spreadsheet has rounded is refused. */
  readonly isId?: true;
  /** Personal: its value is not repeated in reports. */
  readonly isPersonal?: true;
  /** What is wrong with a value that is there. */
  readonly check: (value: string) => Bilingual | undefined;
  readonly example: string;
}

const isText = (value: string): Bilingual | undefined =>
  /^[^\p{Cc}]{1,200}$/u.test(value)
    ? undefined
    : { zh: "最多 200 个字,不能含控制字符", en: "at most 200 characters, no control characters" };

const isId = (value: string): Bilingual | undefined =>
  isName(value)
    ? undefined
    : {
        zh: "编号只能用汉字、字母、数字和 . _ -,最多 64 个",
        en: "an id has letters, digits and . _ - only, at most 64",
      };

const isSerial = (value: string): Bilingual | undefined =>
  /^[\x21-\x7e]{1,64}$/.test(value)
    ? undefined
    : { zh: "序列号不能含空格或汉字", en: "a serial has no spaces and no Chinese characters" };

/** Mobile, or landline with or without area code; a country code is allowed. */
const isPhone = (value: string): Bilingual | undefined =>
  /^(\+?86[- ]?)?(1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}|\d{7,8})$/.test(value)
    ? undefined
    : {
        zh: "不是有效的电话号码(11 位手机号,或固定电话)",
        en: "not a phone number (11 digits of a mobile, or a landline)",
      };

const isDate = (value: string): Bilingual | undefined =>
  dateToMs(value) === undefined
    ? { zh: "日期应写作 2026-11-22", en: "write dates as 2026-11-22" }
    : undefined;

export const columns: Readonly<Record<ColumnKey, Column>> = {
  community: { zh: "社区", en: "community", required: true, check: isText, example: "喜安社区" },
  grid: { zh: "网格", en: "grid", check: isText, example: "" },
  building: { zh: "楼栋", en: "building", required: true, check: isText, example: "2栋" },
  riser: { zh: "单元", en: "riser", check: isText, example: "1单元" },
  floor: { zh: "楼层", en: "floor", check: isText, example: "6楼" },
  room: { zh: "房号", en: "room", check: isText, example: "603" },
  household: { zh: "户号", en: "household", isId: true, check: isId, example: "0028010603" },
  address: { zh: "地址", en: "address", check: isText, example: "喜安社区2栋1单元603" },
  place: { zh: "安装位置", en: "place", required: true, check: isText, example: "厨房" },
  point: { zh: "点位号", en: "point", isId: true, check: isId, example: "" },
  gateway: {
    zh: "网关",
    en: "gateway",
    required: true,
    isId: true,
    check: isId,
    example: "gw-xian-1",
  },
  detector: {
    zh: "探测器",
    en: "detector",
    required: true,
    isId: true,
    check: isId,
    example: "xian-2-1-603",
  },
  profile: { zh: "型号", en: "profile", check: isId, example: "native" },
  serial: { zh: "序列号", en: "serial", isId: true, check: isSerial, example: "861234567890123" },
  madeOn: { zh: "生产日期", en: "made on", check: isDate, example: "2026-08-01" },
  installedOn: { zh: "安装日期", en: "installed on", check: isDate, example: "2026-11-22" },
  expiresOn: { zh: "到期日期", en: "expires on", check: isDate, example: "2031-08-01" },
  resident: { zh: "住户姓名", en: "resident", isPersonal: true, check: isText, example: "" },
  phone: {
    zh: "联系电话",
    en: "phone",
    isId: true,
    isPersonal: true,
    check: isPhone,
    example: "",
  },
};

/** The column a heading means; case and spaces around do not count. */
export const columnOf = (heading: string): ColumnKey | undefined => {
  const wanted = heading.trim().toLowerCase();
  return columnKeys.find(
    (key) =>
      key.toLowerCase() === wanted || columns[key].zh === wanted || columns[key].en === wanted,
  );
};

/** Start of the day in Chengdu, epoch ms; `undefined`: no such day. */
export const dateToMs = (text: string): number | undefined => {
  const parts = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text);
  if (parts === null) return;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const midnight = Date.UTC(year, month - 1, day);
  const back = new Date(midnight);
  const exists = back.getUTCMonth() === month - 1 && back.getUTCDate() === day && year >= 1990;
  return exists ? midnight - 8 * 3_600_000 : undefined;
};
