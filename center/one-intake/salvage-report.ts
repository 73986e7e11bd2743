import { Check } from "typebox/schema";
import { PlaceSchema, ReportSchema, type Report, type ReportKind } from "./report.ts";

/** Words that speak of the two dangers; the names of the contract's kinds are among them. */
const dangerWords = {
  "co-suspected": /co-suspected|carbon monoxide|一氧化碳/i,
  "gas-smell": /gas|燃气|煤气|天然气|液化气|漏气/i,
} as const satisfies Partial<Record<ReportKind, RegExp>>;

/**
 * What a proven sender's event that breaks the contract still says, where it speaks of gas or carbon
 * monoxide: a field too many must not keep people from a leak. In doubt it is one. Whatever of it
 * does not fit is left out, and stands in the body that is kept. `undefined`: it speaks of neither.
 */
export const salvageReport = (body: string): Report | undefined => {
  const value = parseJson(body);
  // Many programs send Chinese as escapes (\u6f0f\u6c14), which only read as words once decoded.
  const said = body + JSON.stringify(value);
  const kind = dangerWords["co-suspected"].test(said)
    ? "co-suspected"
    : dangerWords["gas-smell"].test(said)
      ? "gas-smell"
      : undefined;
  if (kind === undefined) return undefined;
  const data = fieldsOf(fieldsOf(value)["data"]);
  const { text, drill } = ReportSchema.properties;
  return {
    kind,
    place: Object.fromEntries(
      Object.entries(fieldsOf(data["place"])).filter(([key, value]) =>
        Check(PlaceSchema, { [key]: value }),
      ),
    ),
    ...(Check(text, data["text"]) && { text: data["text"] }),
    ...(Check(drill, data["drill"]) && { drill: data["drill"] }),
  };
};

/** Whether its sender gave it a name: without one the same words may be another report. */
export const namesItself = (body: string): boolean =>
  typeof fieldsOf(parseJson(body))["id"] === "string";

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the words are looked for in any text
  }
};

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
