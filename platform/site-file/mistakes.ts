import type { TSchema } from "typebox";
import { Check, Errors } from "typebox/schema";
import type { Bilingual } from "#domain/result.ts";
import { fillDefaults } from "./fill-defaults.ts";
import { buzzerKinds, deadManKinds, fanKinds, valveKinds } from "./protection-schema.ts";
import { lineKinds } from "./line-schema.ts";
import { SiteFrameSchema } from "./schema.ts";
import { sinkKinds } from "./sink-schema.ts";

/** Keys and list positions from the root of the file: `["gateway", "lines", 0, "unit"]`. */
export type SitePath = readonly (string | number)[];

/** One thing wrong in the site file, before it has a line. */
export interface SiteMistake {
  readonly path: SitePath;
  readonly text: Bilingual;
}

/** Fills defaults in place and answers everything that does not fit the schema. */
export const checkShape = (value: unknown): readonly SiteMistake[] => {
  fillDefaults(SiteFrameSchema, value);
  return [
    ...shapeMistakes(SiteFrameSchema, value, []),
    ...variantMistakes(value, ["gateway", "lines"], lineKinds),
    ...variantMistakes(value, ["gateway", "buzzers"], buzzerKinds),
    ...variantMistakes(value, ["gateway", "valves"], valveKinds),
    ...variantMistakes(value, ["gateway", "fans"], fanKinds),
    ...variantMistakes(value, ["gateway", "protection", "deadMan", "outputs"], deadManKinds),
    ...variantMistakes(value, ["center", "sinks"], sinkKinds),
  ];
};

const shapeMistakes = (schema: TSchema, value: unknown, at: SitePath): SiteMistake[] =>
  // The reasons cost several times the check, and a file that starts a gateway has none.
  (Check(schema, value) ? [] : Errors(schema, value)[1]).flatMap((error) => {
    const path = [...at, ...pointerToPath(error.instancePath)];
    return explain(
      error.keyword,
      error.params as Readonly<Record<string, unknown>>,
      valueAt(value, error.instancePath),
    ).map(({ key, text }) => ({ path: key === undefined ? path : [...path, key], text }));
  });

/** Items told apart by `kind`: only the chosen variant is checked, so that the words stay about it. */
const variantMistakes = (
  root: unknown,
  at: SitePath,
  variants: Readonly<Record<string, TSchema>>,
): SiteMistake[] => {
  const items = dig(root, at);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown, index) => {
    const path = [...at, index];
    const kind = isRecord(item) ? item["kind"] : undefined;
    const schema =
      typeof kind === "string" && Object.hasOwn(variants, kind) ? variants[kind] : undefined;
    if (schema === undefined)
      return [{ path: [...path, "kind"], text: allowedOnly(Object.keys(variants)) }];
    fillDefaults(schema, item);
    return shapeMistakes(schema, item, path);
  });
};

const explain = (
  keyword: string,
  params: Readonly<Record<string, unknown>>,
  value: unknown,
): { readonly key?: string; readonly text: Bilingual }[] => {
  switch (keyword) {
    case "required":
      return words(params["requiredProperties"]).map((key) => ({
        key,
        text: { zh: `缺少必填项「${key}」`, en: `"${key}" is required and missing` },
      }));
    case "additionalProperties":
      return words(params["additionalProperties"]).map((key) => ({
        key,
        text: { zh: `没有「${key}」这个设置`, en: `there is no setting "${key}" here` },
      }));
    case "boolean": // the same unknown key, said again by the schema behind it
    case "anyOf":
      return keyword === "anyOf" ? [{ text: { zh: "类型不对", en: "has the wrong type" } }] : [];
    case "type":
      return [
        {
          text: {
            zh: `应为 ${String(params["type"])},现为 ${show(value)}`,
            en: `must be ${String(params["type"])}, is ${show(value)}`,
          },
        },
      ];
    case "const":
      return [{ text: allowedOnly([String(params["allowedValue"])]) }];
    case "enum":
      return [{ text: allowedOnly(words(params["allowedValues"])) }];
    case "minimum":
    case "maximum":
      return [
        {
          text: {
            zh: `${show(value)} 超出范围,应 ${String(params["comparison"])} ${String(params["limit"])}`,
            en: `${show(value)} is out of range, must be ${String(params["comparison"])} ${String(params["limit"])}`,
          },
        },
      ];
    case "minItems":
    case "minLength":
      return [{ text: { zh: "不能为空", en: "must not be empty" } }];
    case "pattern":
      return [
        {
          text: {
            zh: `${show(value)} 不合格式 ${String(params["pattern"])}`,
            en: `${show(value)} does not have the form ${String(params["pattern"])}`,
          },
        },
      ];
    default:
      return [{ text: { zh: `不符合要求(${keyword})`, en: `does not fit (${keyword})` } }];
  }
};

const allowedOnly = (allowed: readonly string[]): Bilingual => ({
  zh: `只能是:${allowed.join("、")}`,
  en: `must be one of: ${allowed.join(", ")}`,
});

const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? "nothing";
const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const pointerToPath = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

const dig = (value: unknown, path: SitePath): unknown =>
  path.reduce<unknown>(
    (at, key) =>
      Array.isArray(at)
        ? at[Number(key)]
        : isRecord(at) && Object.hasOwn(at, key)
          ? at[key]
          : undefined,
    value,
  );
const valueAt = (value: unknown, pointer: string): unknown => dig(value, pointerToPath(pointer));
