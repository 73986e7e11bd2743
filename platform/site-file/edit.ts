/** Changes one part of a site file's text and leaves every other byte of it as it was. */
import { isDeepStrictEqual } from "node:util";
import { Document, isMap, isScalar, parseDocument, YAMLMap, type Pair } from "yaml";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * The text with `gateway.rules` saying exactly `rules`: what is the same there keeps its comments.
 * An error when the text is not YAML, or has no place for it.
 */
export const setGatewayRules = (text: string, rules: Values): Result<string, Bilingual> => {
  const document = parseDocument(text);
  const before: unknown = document.errors.length === 0 ? document.toJS() : undefined;
  if (!isValues(before) || !isValues(before["gateway"])) return err(noPlace);
  const wanted = { ...before, gateway: { ...before["gateway"], rules } };
  if (isDeepStrictEqual(wanted, before)) return ok(text);

  const pair = rulesPair(document);
  const old = pair === undefined ? undefined : spanOf(pair);
  if (isMap(pair?.value)) mend(document, pair.value, rules);
  else document.setIn(["gateway", "rules"], document.createNode(rules));
  // Cut in, where it can be: writing the whole file anew would lose the blanks that people align by.
  const ways = [
    () => (old === undefined ? insertAfterId(text, rules) : replaceSpan(text, document, old)),
    () => document.toString({ lineWidth: 0 }),
  ];
  for (const way of ways) {
    const changed = way();
    if (changed !== undefined && isDeepStrictEqual(parsed(changed), wanted)) return ok(changed);
  }
  return err(noPlace);
};

const parsed = (text: string): unknown => {
  const document = parseDocument(text);
  return document.errors.length === 0 ? document.toJS() : undefined;
};

const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const rulesPair = (document: Document): Pair | undefined => {
  const gateway = document.get("gateway", true);
  if (!isMap(gateway)) return undefined;
  return gateway.items.find(({ key }) => isScalar(key) && key.value === "rules");
};

/** Only what differs is touched, so that comments beside the rest stay. */
const mend = (document: Document, map: YAMLMap, values: Values): void => {
  for (const { key } of map.items.slice()) {
    const name = isScalar(key) ? String(key.value) : "";
    if (values[name] === undefined) map.delete(key);
  }
  for (const [name, value] of Object.entries(values)) {
    const there = map.get(name, true);
    if (isMap(there) && isValues(value)) mend(document, there, value);
    else if (isScalar(there) && !isValues(value)) there.value = value;
    else if (value !== undefined) map.set(name, document.createNode(value));
  }
};

type Span = readonly [start: number, end: number];

/** From the key to the end of its value, the comment on its line included. */
const spanOf = ({ key, value }: Pair): Span | undefined => {
  const [start, end] = [key, value].map((node) =>
    isScalar(node) || isMap(node) ? node.range : undefined,
  );
  return start && end ? [start[0], end[2]] : undefined;
};

const replaceSpan = (text: string, document: Document, [start, end]: Span): string | undefined => {
  const pair = rulesPair(document);
  if (pair === undefined) return undefined;
  const piece = new Document({});
  const map = new YAMLMap();
  map.items.push(pair);
  piece.contents = map;
  if (isScalar(pair.key)) {
    // It stands before the span and stays there.
    pair.key.commentBefore = null;
    pair.key.spaceBefore = false;
  }
  const old = text.slice(start, end);
  const fresh = indented(piece.toString({ lineWidth: 0 }).trimEnd(), columnOf(text, start));
  return text.slice(0, start) + fresh + old.slice(old.trimEnd().length) + text.slice(end);
};

/** Every gateway has an id, and a line after it. */
const insertAfterId = (text: string, rules: Values): string | undefined => {
  const id: unknown = parseDocument(text).getIn(["gateway", "id"], true);
  const gateway = parseDocument(text).get("gateway", true);
  if (!isScalar(id) || !id.range || !isMap(gateway)) return undefined;
  const key = gateway.items
    .map((pair) => pair.key)
    .find((one) => isScalar(one) && one.value === "id");
  const lineEnd = text.indexOf("\n", id.range[1]);
  if (!isScalar(key) || !key.range || lineEnd < 0) return undefined;
  const column = columnOf(text, key.range[0]);
  const fresh = indented(new Document({ rules }).toString({ lineWidth: 0 }), column).trimEnd();
  return `${text.slice(0, lineEnd + 1)}${" ".repeat(column)}${fresh}\n${text.slice(lineEnd + 1)}`;
};

const columnOf = (text: string, offset: number): number =>
  offset - (text.lastIndexOf("\n", offset - 1) + 1);

const indented = (text: string, column: number): string =>
  text.replaceAll(/\n(?=[^\n])/g, `\n${" ".repeat(column)}`);

const noPlace: Bilingual = {
  zh: "站点文件不是有效的 YAML,没有 gateway 一段,或 rules 用锚点与别处共用,未改动。请先用 canary check 找出并改正",
  en: "the site file is not YAML, has no gateway in it, or shares its rules with another part by an anchor; it was not changed. Mend it first, with canary check",
};
