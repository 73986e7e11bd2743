import { Type } from "typebox";
import { Check, Errors } from "typebox/value";
import { combustibleGases } from "#domain/gas.ts";
import { badQualities, conditions, faultCodes } from "#domain/reading.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { JudgeInput } from "#rules/step.ts";

/** Inputs as they were judged live, one JSON a line: what `recordInput` wrote. */
export const recordInput = (input: JudgeInput): string => JSON.stringify(input);

/** Reads them back. A line that is not ours refuses the whole file, with its number. */
export const parseHistory = (text: string): Result<readonly JudgeInput[], Bilingual> => {
  const inputs: JudgeInput[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const parsed = parseLine(line);
    if (typeof parsed === "string") {
      return err({
        zh: `第 ${index + 1} 行不是可回放的记录:${parsed}`,
        en: `Line ${index + 1} is no input to replay: ${parsed}`,
      });
    }
    inputs.push(parsed);
  }
  return inputs.length > 0
    ? ok(inputs)
    : err({ zh: "文件没有可回放的记录。", en: "The file holds nothing to replay." });
};

const parseLine = (line: string): JudgeInput | string => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return String(error);
  }
  if (isInput(value)) return value;
  const [first] = Errors(InputSchema, value);
  return `${first?.instancePath ?? "/"} ${first?.message ?? ""}`;
};

const isInput = (value: unknown): value is JudgeInput => Check(InputSchema, value);

const text = Type.String();
const gas = Type.Enum(["co", ...combustibleGases]);
const instant = Type.Object({ bootId: text, monoMs: Type.Number(), wallMs: Type.Number() });
const level = Type.Union([
  Type.Object({ gas: Type.Literal("co"), ppm: Type.Number() }),
  Type.Object({
    gas: Type.Enum(combustibleGases),
    lel: Type.Number(),
    lelPercentVolume: Type.Number(),
  }),
]);
const finding = Type.Union([
  Type.Object({
    kind: Type.Literal("level"),
    level,
    overRange: Type.Optional(Type.Literal(true)),
  }),
  Type.Object({
    kind: Type.Literal("no-level"),
    gas,
    quality: Type.Enum(badQualities),
    raw: text,
  }),
  Type.Object({
    kind: Type.Literal("verdict"),
    gas,
    alarming: Type.Boolean(),
    grade: Type.Optional(Type.Enum(["low", "high"])),
  }),
  Type.Object({
    kind: Type.Literal("condition"),
    condition: Type.Enum(conditions),
    present: Type.Boolean(),
  }),
  Type.Object({
    kind: Type.Literal("fault"),
    fault: Type.Object({
      code: Type.Enum(faultCodes),
      at: text,
      text: Type.Object({ zh: text, en: text }),
    }),
  }),
]);
/** Commands are people's doings at the time; a rehearsal of rules replays what was measured. */
const InputSchema = Type.Union([
  Type.Object({
    kind: Type.Literal("report"),
    late: Type.Optional(Type.Literal(true)),
    report: Type.Object({
      detector: text,
      position: Type.Object({ line: text, place: text }),
      receivedAt: instant,
      deviceAtMs: Type.Optional(Type.Number()),
      deviceSeq: Type.Optional(Type.Number()),
      findings: Type.Array(finding),
    }),
  }),
  Type.Object({ kind: Type.Literal("tick"), now: instant }),
]);
