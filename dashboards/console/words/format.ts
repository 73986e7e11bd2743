/** Numbers, times and names as a person reads them. Pure. */
import type { DeskAlarm } from "#domain/desk.ts";
import { isDanger } from "#domain/alarm.ts";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import { classWord, gasWord, preAlarmWord, text } from "./text.ts";

type Level = NonNullable<DeskAlarm["notice"]["event"]["level"]>;

/** `310 ppm`, `31.5 ppm`, `14 %LEL`: at most one decimal, the unit always beside the number. */
export const formatLevel = (level: Level): string =>
  level.gas === "co" ? `${round(level.ppm)} ppm` : `${round(level.lel)} %LEL`;

/** How long ago, in the largest unit that fits: `3 s 前`. A time in the future is now. */
export const formatAge = (ageMs: number): Bilingual => {
  const { zh, en } = formatSpan(ageMs);
  return { zh: `${zh}前`, en: `${en} ago` };
};

/** A span of time in the largest unit that fits: `26 分`. */
export const formatSpan = (spanMs: number): Bilingual => {
  const seconds = Math.max(0, Math.floor(spanMs / 1_000));
  if (seconds < 60) return { zh: `${seconds} s `, en: `${seconds} s` };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return { zh: `${minutes} 分钟`, en: `${minutes} min` };
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return { zh: `${hours} 小时`, en: `${hours} h` };
  const days = Math.floor(hours / 24);
  return { zh: `${days} 天`, en: `${days} days` };
};

/** A running timer: `00:21`, from an hour on `1:02:03`. */
export const formatTimer = (spanMs: number): string => {
  const seconds = Math.max(0, Math.floor(spanMs / 1_000));
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `${twoDigits(m)}:${twoDigits(s)}`;
  return h === 0 ? tail : `${h}:${tail}`;
};

/** Time of day on Chengdu's clock, whatever the computer's time zone: `03:14:09`. */
export const formatClock = (timeMs: number): string =>
  epochToRfc3339(epochMs(timeMs)).slice(11, 19);

/** Date and time of day, `11-22 03:14:09`, for moments that may be of another day. */
export const formatMoment = (timeMs: number): string =>
  epochToRfc3339(epochMs(timeMs)).slice(5, 19).replace("T", " ");

/** What is alarming: the gas where one is known, else the kind of trouble. */
export const nameAlarm = ({ notice: { event } }: DeskAlarm): Bilingual => {
  if (!isDanger(event.alarmClass)) return classWord[event.alarmClass];
  const gas = event.gas ?? event.level?.gas;
  const name = gas === undefined ? classWord[event.alarmClass] : gasWord[gas];
  if (event.priority === 1) return name;
  return { zh: `${name.zh} ${preAlarmWord.zh}`, en: `${name.en} ${preAlarmWord.en}` };
};

/** Over by whose word: its device's, or a person's. */
export const returnedWord = ({ ended }: DeskAlarm): Bilingual =>
  ended === undefined ? text.returned : text.ended(ended.by, formatMoment(ended.atMs));

/** The address, or what is known instead of it: the gateway and the place on its wires. */
export const namePlace = ({ notice: { where } }: DeskAlarm): Bilingual => {
  if (where.address !== undefined) return { zh: where.address.text, en: where.address.text };
  const place = `${where.gateway} · ${where.position.line} · ${where.position.place}`;
  const { zh, en } = text.addressUnknown;
  return { zh: `${zh} · ${text.gateway.zh} ${place}`, en: `${en} · ${text.gateway.en} ${place}` };
};

const round = (value: number): string => String(Math.round(value * 10) / 10);
const twoDigits = (value: number): string => String(value).padStart(2, "0");
