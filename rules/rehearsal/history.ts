import { Type } from "typebox";
import { Check, Errors } from "typebox/schema";
import { combustibleGases } from "#domain/gas.ts";
import { badQualities, conditions, faultCodes } from "#domain/reading.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { JudgeInput } from "#rules/step.ts";

/**
 * One line of a history. A history is what one detector's judgement was fed, in the order it was
 * fed: UTF-8 text, one JSON object a line (`.jsonl`), empty lines skipped, no header. Two kinds:
 *
 *     {"kind":"report","report":{
 *        "detector":"kitchen-2-603",
 *        "position":{"line":"mqtt","place":"canary/v1/detectors/kitchen-2-603/reading"},
 *        "receivedAt":{"bootId":"…","monoMs":1234567.0,"wallMs":1795287600000},
 *        "deviceAtMs":1795287599750,            (optional: the device's own clock, Unix ms)
 *        "deviceSeq":17,                        (optional)
 *        "findings":[…]},
 *      "late":true}                             (optional: known to be history when it came)
 *     {"kind":"tick","now":{"bootId":"…","monoMs":1234817.0,"wallMs":1795287600250}}
 *
 * `monoMs` is milliseconds since the start of the boot that `bootId` names, `wallMs` Unix
 * milliseconds; durations are judged by the first, never by the second. A finding is one of
 *
 *     {"kind":"level","level":{"gas":"co","ppm":31.5}}             CO only in ppm
 *     {"kind":"level","level":{"gas":"methane","lel":2.1,"lelPercentVolume":5},"overRange":true}
 *     {"kind":"no-level","gas":"co","quality":"sentinel","raw":"65535"}
 *     {"kind":"verdict","gas":"methane","alarming":true,"grade":"high"}
 *     {"kind":"condition","condition":"power-loss","present":true}
 *     {"kind":"fault","fault":{"code":"malformed","at":"byte 3","text":{"zh":"…","en":"…"}}}
 *
 * with the words of `domain/reading.ts` and `domain/gas.ts`. All reports are of one detector, and
 * every report belongs into it, also those that could not be read: what is left out looks like
 * silence. Ticks are the moments at which the passing of time was judged; a file without any gets
 * one whenever the state asks for it, and a file with some gets no others. Commands are people's
 * doings at the time and have no line.
 */
export const recordInput = (input: JudgeInput): string => JSON.stringify(input);

/**
 * Reads a history, see {@link recordInput}. A line that is not ours, or is of another detector than
 * the first, refuses the whole file, with its number.
 */
export const parseHistory = (text: string): Result<readonly JudgeInput[], Bilingual> => {
  const inputs: JudgeInput[] = [];
  let detector: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const parsed = parseLine(line);
    if (typeof parsed === "string") {
      return err({
        zh: `第 ${index + 1} 行不是可回放的记录:${parsed}`,
        en: `Line ${index + 1} is no input to replay: ${parsed}`,
      });
    }
    if (parsed.kind === "report") {
      const mine = parsed.report.detector;
      detector ??= mine;
      if (mine !== detector) return err(mixed(index + 1, detector, mine));
    }
    inputs.push(parsed);
  }
  return inputs.length > 0
    ? ok(inputs)
    : err({ zh: "文件没有可回放的记录。", en: "The file holds nothing to replay." });
};

/** Two detectors judged as one would be neither. */
const mixed = (line: number, first: string, other: string): Bilingual => ({
  zh: `第 ${line} 行是探测器 ${other} 的记录,前面是 ${first} 的。请每台探测器一个文件。`,
  en: `Line ${line} is of detector ${other}, those before are of ${first}. Give each detector a file of its own.`,
});

const parseLine = (line: string): JudgeInput | string => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return String(error);
  }
  if (isInput(value)) return value;
  const [first] = Errors(InputSchema, value)[1];
  return `${first?.instancePath ?? ""}/ ${first?.message ?? ""}`;
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
