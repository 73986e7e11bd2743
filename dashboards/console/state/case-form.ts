/** Which questions a step of a case asks, and what the answers are for the API. Pure. */
import { conclusionCodes, outsiders, type ActInput } from "#domain/case-input.ts";
import type { Conclusion } from "#domain/case.ts";

export const fieldNames = [
  "reason",
  "assignee",
  "team",
  "doorCode",
  "conclusion",
  "co",
  "combustible",
  "contactWith",
  "contactSaid",
  "externalWho",
  "externalSaid",
  "hours",
  "interim",
  "instruction",
  "target",
  "priority",
  "cause",
  "reached",
  "safe",
  "deviceWorks",
  "satisfied",
  "note",
] as const;
export type FieldName = (typeof fieldNames)[number];
export type FormValues = Partial<Record<FieldName, string>>;

/** What each thing that a step needs is asked by. A photo is uploaded beside the form. */
const fieldsByNeed: Readonly<Record<string, readonly FieldName[]>> = {
  reason: ["reason"],
  dueOrReason: ["reason"],
  assigneeOrTeam: ["assignee", "team"],
  arrivalProof: ["doorCode", "reason"],
  conclusion: ["conclusion"],
  photo: [],
  contact: ["contactWith", "contactSaid"],
  urgentReading: ["co", "combustible"],
  dangerReading: ["co", "combustible"],
  dangerProof: ["co", "combustible"],
  verifyResult: ["reached", "safe", "deviceWorks", "satisfied"],
  external: ["externalWho", "externalSaid"],
  suspendUntil: ["hours"],
  newDue: ["hours"],
  interim: ["interim"],
  instruction: ["instruction"],
  mergeTarget: ["target"],
  higherPriority: ["priority"],
  cause: ["cause"],
  note: ["note"],
};

/** Where a need has several answers, one of them is enough, and none of them is marked. */
const requiredByNeed: Readonly<Record<string, readonly FieldName[]>> = {
  reason: ["reason"],
  conclusion: ["conclusion"],
  verifyResult: ["reached"],
  external: ["externalWho"],
  suspendUntil: ["hours"],
  newDue: ["hours"],
  interim: ["interim"],
  instruction: ["instruction"],
  mergeTarget: ["target"],
  higherPriority: ["priority"],
  cause: ["cause"],
  note: ["note"],
};

/** The questions without whose answer the center refuses the step, whatever the case. */
export const requiredFor = (needs: readonly string[]): ReadonlySet<FieldName> =>
  new Set(needs.flatMap((need) => requiredByNeed[need] ?? []));

/** The questions of a step, each once; a word of one's own may always be added. */
export const fieldsFor = (needs: readonly string[]): readonly FieldName[] => [
  ...new Set([...needs.flatMap((need) => fieldsByNeed[need] ?? []), "note" as const]),
];

/** Answers as the API takes them; what was left empty is left out, the center says what is missing. */
export const toInput = (values: FormValues, nowMs: number): ActInput => {
  const say = (name: FieldName): string | undefined => values[name]?.trim() || undefined;
  const yes = (name: FieldName): boolean | undefined =>
    say(name) === undefined ? undefined : say(name) === "yes";
  const hours = Number(say("hours"));
  const priority = ([1, 2, 3, 4] as const).find((one) => String(one) === say("priority"));
  const conclusion = conclusionCodes.find((code): code is Conclusion => code === say("conclusion"));
  const who = outsiders.find((one) => one === say("externalWho"));
  const satisfied = (["yes", "mostly", "no"] as const).find((one) => one === say("satisfied"));
  const contactWith = say("contactWith");
  const reached = yes("reached");
  const readings = (["co", "combustible"] as const).flatMap((gas) =>
    say(gas) === undefined ? [] : [{ gas, value: Number(say(gas)) }],
  );
  return defined({
    reason: say("reason"),
    note: say("note"),
    assignee: say("assignee"),
    team: say("team"),
    doorCode: say("doorCode"),
    conclusion,
    readings: readings.length > 0 ? readings : undefined,
    contact:
      contactWith === undefined
        ? undefined
        : { with: contactWith, channel: "phone", said: say("contactSaid") ?? contactWith },
    external:
      who === undefined ? undefined : { who, reached: true, said: say("externalSaid") ?? who },
    dueAtMs: hours > 0 ? Math.round(nowMs + hours * 3_600_000) : undefined,
    interim: say("interim"),
    instruction: say("instruction"),
    target: say("target"),
    cause: say("cause"),
    priority,
    verify:
      reached === undefined
        ? undefined
        : defined({
            reached,
            safe: yes("safe"),
            deviceWorks: yes("deviceWorks"),
            satisfied,
          }),
  });
};

type Defined<Value> = { [Key in keyof Value]?: Exclude<Value[Key], undefined> };

const defined = <Value extends object>(
  value: Value,
): Defined<Value> & Pick<Value, RequiredKeys<Value>> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only undefined fields are gone
  Object.fromEntries(
    Object.entries(value).filter(([, one]) => one !== undefined),
  ) as Defined<Value> & Pick<Value, RequiredKeys<Value>>;

type RequiredKeys<Value> = {
  [Key in keyof Value]-?: undefined extends Value[Key] ? never : Key;
}[keyof Value];
