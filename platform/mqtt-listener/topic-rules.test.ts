import { expect, test } from "vitest";
import { defaultMqttLimits } from "./limits.ts";
import { isPlainFilter, isPlainName, isPlainTopic } from "./topic-rules.ts";

const limits = { ...defaultMqttLimits, topicLevels: 4, topicBytes: 20, clientIdBytes: 8 };

test("topics of ours and of vendors are plain, Chinese ones too", () => {
  for (const topic of ["a", "a/b/c/d", "/a", "a//b", "燃气/三单元", "tele/x/SENSOR"])
    expect(isPlainTopic(topic, limits), topic).toBe(true);
});

test("wildcards, the broker's own space, too deep, too long, empty and unprintable topics are not", () => {
  const refused = [
    "",
    "a/+",
    "#",
    "a/#/b",
    "$SYS/x",
    "$share/g/a",
    "a/b/c/d/e",
    "燃气燃气燃气燃",
    "a\u0000b",
    "a\nb",
    "a\u007F",
    "a\u009B31m",
    "a\uFFFDb",
    "a\uFFFF",
  ];
  for (const topic of refused)
    expect(isPlainTopic(topic, limits), JSON.stringify(topic)).toBe(false);
});

test("filters may have wildcards as whole levels, but not ask for everything", () => {
  for (const filter of ["a/#", "a/+/b", "+/a", "+/a/#", "a", "/#", "+"])
    expect(isPlainFilter(filter, limits), filter).toBe(true);
  for (const filter of [
    "#",
    "+/#",
    "+/+/#",
    "a#",
    "a/#/b",
    "a+",
    "a/b+/c",
    "$SYS/#",
    "$share/g/a",
    "",
  ])
    expect(isPlainFilter(filter, limits), filter).toBe(false);
});

test("names are printable and at most so many bytes", () => {
  expect(isPlainName("d1", limits)).toBe(true);
  expect(isPlainName("表一", limits)).toBe(true);
  for (const name of ["a\u0000", "a\nb", "123456789", "燃气表"])
    expect(isPlainName(name, limits), JSON.stringify(name)).toBe(false);
});
