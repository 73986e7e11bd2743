/** The native form: what a message says, and what no message can make it say. */
import { expect, test } from "vitest";
import { epochMs } from "#domain/quantity.ts";
import { inWords } from "./in-words.ts";
import { decodeMqtt, payloadLimitBytes } from "./mqtt.ts";
import { native, nativeCo } from "./profiles/native.ts";

const now = epochMs(Date.UTC(2026, 10, 21, 19, 14, 8)); // 2026-11-22 03:14:08 in Chengdu
const topic = "canary/v1/detectors/d/reading";

const decodeText = (text: string, profile = native) =>
  decodeMqtt(profile, topic, new TextEncoder().encode(text), now);

/** What a message says, without the states that are absent. */
const says = (message: unknown, profile = native): readonly string[] => {
  const text = typeof message === "string" ? message : JSON.stringify(message);
  const decoded = decodeText(text, profile);
  return decoded.kind === "findings"
    ? decoded.findings.map(inWords).filter((one) => !/^[a-z-]+ no$/.test(one))
    : [decoded.why];
};

const clearOfAll = ["co", "methane", "lpg", "hydrogen", "combustible-gas"].map(
  (gas) => `${gas} no alarm`,
);

test("the example of the outside contract is read field by field", () => {
  const decoded = decodeText(
    '{"seq":17,"at":"2026-11-22T03:14:07.250+08:00","co_ppm":31.5,"ch4_lel":2.1,"lpg_lel":0,"status":["warming-up"]}',
  );
  expect(decoded).toMatchObject({
    kind: "findings",
    deviceSeq: 17,
    deviceAtMs: Date.UTC(2026, 10, 21, 19, 14, 7, 250),
  });
});

test("a message without status says its levels and nothing else", () => {
  expect(says({ co_ppm: 31.5, lpg_lel: 0 })).toEqual(["co 31.5 ppm", "lpg 0 %LEL (LEL 2.1 %vol)"]);
});

test("an empty status list says that every state is absent and no gas alarms", () => {
  const decoded = decodeText('{"status":[]}');
  expect(decoded.kind === "findings" && decoded.findings.map(inWords)).toEqual([
    "warming-up no",
    "sensor-fault no",
    "end-of-life no",
    "power-loss no",
    "battery-low no",
    "tamper no",
    "self-test no",
    ...clearOfAll,
  ]);
});

test.each([
  // The gases of the message; a measured 0 beside one that is not speaks against its gas.
  [{ co_ppm: 31.5, ch4_lel: 2.1 }, ["co ALARM", "methane ALARM"]],
  [{ co_ppm: 310, ch4_lel: 0 }, ["co ALARM"]],
  [{ co_ppm: 0, ch4_lel: 0 }, ["co ALARM", "methane ALARM"]],
  // A gas without a value may be the one.
  [{ co_ppm: null, ch4_lel: 3 }, ["methane ALARM", "co ALARM"]],
  // It does not say which: the word for that.
  [{}, ["combustible-gas ALARM"]],
])("alarm beside %j raises %j", (levels, alarms) => {
  expect(says({ ...levels, status: ["alarm"] }).filter((one) => one.endsWith("ALARM"))).toEqual(
    alarms,
  );
});

test("a CO-only detector's bare alarm is a CO alarm", () => {
  expect(says({ status: ["alarm"] }, nativeCo)).toEqual(["co ALARM"]);
});

test("a later status without alarm clears every gas that may have been raised", () => {
  expect(says({ co_ppm: 3, status: ["battery-low"] })).toEqual([
    "battery-low yes",
    "co 3 ppm",
    ...clearOfAll,
  ]);
});

test.each(["warming-up", "sensor-fault", "self-test"])("%s clears nothing", (word) => {
  expect(says({ status: [word] })).toEqual([`${word} yes`]);
});

test("an alarm in warm-up is an alarm, its levels are not levels", () => {
  expect(says({ co_ppm: 400, status: ["warming-up", "alarm"] })).toEqual([
    "warming-up yes",
    "co warming-up [400]",
    "co ALARM",
  ]);
});

test("a sensor that says it is broken can still warn, but its low value is no level", () => {
  expect(says({ co_ppm: 0, ch4_lel: 45, status: ["sensor-fault"] })).toEqual([
    "sensor-fault yes",
    "co not-reported [0 (sensor-fault)]",
    "methane 45 %LEL (LEL 5 %vol)",
  ]);
});

test("one wrong field never hides another", () => {
  expect(says({ co_ppm: "abc", ch4_lel: "2.1", status: ["alarm"] })).toEqual([
    "FAULT wrong-type co_ppm",
    "FAULT wrong-type ch4_lel",
    "combustible-gas ALARM",
  ]);
});

test.each([
  [65_535, "co sentinel [65535]"],
  [-1, "co sentinel [-1]"],
  [-0.5, "co out-of-range [-0.5]"],
  [1e9, "co out-of-range [1000000000]"],
  [null, "co not-reported [null]"],
  [true, "FAULT wrong-type co_ppm"],
  [[31], "FAULT wrong-type co_ppm"],
  [{ value: 31 }, "FAULT wrong-type co_ppm"],
  [6_000, "co 6000 ppm over-range"],
])("co_ppm %j is %s", (value, said) => {
  expect(says({ co_ppm: value })).toEqual([said]);
});

test("1e999 is infinite and NaN is none: neither is a level, and the alarm beside them counts", () => {
  expect(says('{"co_ppm":1e999}')).toEqual(["co not-a-number [Infinity]"]);
  expect(says('{"co_ppm":NaN,"status":["alarm"]}')).toEqual([
    "FAULT malformed payload",
    "co not-a-number [NaN]",
    "co ALARM",
  ]);
});

test("a gas whose value is impossible is not cleared by the same message", () => {
  expect(says({ co_ppm: 65_535, status: [] })).toEqual([
    "co sentinel [65535]",
    ...clearOfAll.filter((one) => !one.startsWith("co ")),
  ]);
});

test("an unknown word is named, what is known still counts, and nothing is cleared or absent", () => {
  const decoded = decodeText('{"ch4_lel":1,"status":["tamper","gas-alarm"]}');
  expect(decoded.kind === "findings" && decoded.findings.map(inWords)).toEqual([
    "tamper yes",
    "FAULT unsupported status",
    "methane 1 %LEL (LEL 5 %vol)",
  ]);
  expect(JSON.stringify(decoded)).toContain("gas-alarm");
});

test("an alarm that is not spelled as agreed is a fault and an alarm", () => {
  expect(says({ status: "alarm" })).toEqual(["FAULT wrong-type status", "combustible-gas ALARM"]);
  expect(says({ status: ["ALARM"] })).toEqual([
    "FAULT unsupported status",
    "combustible-gas ALARM",
  ]);
});

test.each([
  "2026-11-22T03:19:09+08:00", // 5 min 1 s ahead
  "2019-12-31T23:59:59Z",
  "1970-01-01T00:00:00Z",
  "2026-02-31T25:00:00Z",
  "yesterday",
  1_795_000_000,
  null,
])("the device clock %j cannot be right; the reading counts all the same", (at) => {
  const decoded = decodeText(JSON.stringify({ at, co_ppm: 5 }));
  expect(decoded.kind === "findings" && decoded.findings.map(inWords)).toEqual([
    "co 5 ppm",
    "FAULT clock-wrong at",
  ]);
  expect(decoded).not.toHaveProperty("deviceAtMs");
});

test.each([-1, 1.5, "17", null, 2 ** 60])("the number %j is no message number", (seq) => {
  expect(says({ seq, co_ppm: 5 })).toEqual(["co 5 ppm", "FAULT wrong-type seq"]);
});

test.each(["{}", '{"seq":1}', '{"temperature":20}', "[]", "null", "31.5", '"alarm"', "", "\u0000"])(
  "%j has neither a gas nor a status, or is no JSON: a fault, never silence",
  (text) => {
    expect(says(text)).toEqual(["FAULT malformed payload"]);
  },
);

test("of a message cut off, only what points to an alarm counts", () => {
  const whole = '{"co_ppm":31.5,"status":["alarm","battery-low"]}';
  expect(says(whole.slice(0, 34))).toEqual([
    "FAULT malformed payload",
    "co not-reported [31.5 (malformed)]",
    "co ALARM",
  ]);
  expect(says('{"co_ppm":205,"status":["battery-l')).toEqual([
    "FAULT malformed payload",
    "co 205 ppm",
  ]);
  // 205 cut down to 20 is not 20.
  expect(says('{"co_ppm":20')).toEqual(["FAULT malformed payload"]);
});

test("a key that comes twice hides no alarm", () => {
  expect(says('{"status":["alarm"],"co_ppm":9,"status":[]}')).toEqual([
    "FAULT malformed payload",
    "co not-reported [9 (malformed)]",
    "co ALARM",
  ]);
  expect(says('{"co_ppm":400,"co_ppm":0}')).toEqual([
    "FAULT malformed payload",
    "co 400 ppm",
    "co not-reported [0 (malformed)]",
  ]);
});

test("hostile JSON is harmless: prototypes, depth, length", () => {
  expect(says('{"__proto__":{"co_ppm":400},"constructor":1,"ch4_lel":1}')).toEqual([
    "methane 1 %LEL (LEL 5 %vol)",
  ]);
  expect(says(`{"co_ppm":5,"x":${"[".repeat(30_000)}${"]".repeat(30_000)}}`)).toEqual(["co 5 ppm"]);
  expect(says(`{"x":${"[".repeat(60_000)}`)).toEqual(["FAULT malformed payload"]);
  expect(says({ status: Array.from({ length: 5_000 }, () => "x").concat("alarm") })).toEqual([
    "FAULT unsupported status",
    "combustible-gas ALARM",
  ]);
  expect(says(" ".repeat(payloadLimitBytes + 1))).toEqual(["FAULT too-large payload"]);
});
