/** What the board says, in both languages; one of them on a page. */
import type { AlarmClass, RuleId } from "#domain/alarm.ts";
import type { Gas, Level } from "#domain/gas.ts";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import type { LifeState } from "#rules/life.ts";
import type { DetectorStatus } from "#domain/wire-shapes.ts";

export type Language = "zh" | "en";

const two = (zh: string, en: string): Bilingual => ({ zh, en });

export const words = {
  noAlarms: two("没有报警", "No alarms"),
  alarms: two("报警", "Alarms"),
  detectors: two("探测器", "Detectors"),
  normal: two("正常", "normal"),
  buzzers: two("蜂鸣器", "Buzzers"),
  faults: two("故障", "Faults"),
  drill: two("演练", "DRILL"),
  test: two("测试", "TEST"),
  asOf: two("截至", "as of"),
  center: two("街道中心", "street center"),
  up: two("已连接", "connected"),
  lost: two("断开:本机独立值守", "lost: this board works alone"),
  queue: two("待确认", "unconfirmed"),
  unwritten: two("未落盘", "not on disk"),
  sign: two("签收", "Sign for it"),
  hush: two("消音", "Hush"),
  reset: two("复位", "Reset"),
  unsigned: two("未签收", "nobody has signed"),
  returned: two("已恢复", "back to normal"),
  latched: two("已签收,待复位", "signed for, to be reset"),
  signedBy: two("签收", "signed"),
  atCenter: two("在中心", "at the center"),
  hushed: two("已消音", "hushed"),
  soundsAgain: two("后恢复声响", "until it sounds again"),
  ringsAgain: two("后恢复响铃", "until it rings again"),
  peak: two("最高", "peak"),
  since: two("起", "since"),
  unknownPlace: two("地址未知", "address unknown"),
  masked: two(
    "为保护住户,未认证时只显示到单元。按「认证」输入 PIN 或刷卡看门牌。",
    "To protect residents only building and riser are shown. Show a PIN or badge to see the flat.",
  ),
  nobody: two(
    "本网关还没有登记可签收的人员:请管理员用 canary pin 生成并写入站点文件 gateway.people。",
    "Nobody is registered to sign here: make a PIN with canary pin and put it under gateway.people.",
  ),
  secure: two(
    "签收、消音、复位和搁置在加密页面进行:打开加密页面",
    "Signing, hushing, resetting and shelving are done on the encrypted page: open it",
  ),
  identify: two("认证", "Identify"),
  leave: two("锁定", "Lock"),
  person: two("工号", "Your id"),
  pin: two("PIN", "PIN"),
  badge: two("或刷卡", "or badge"),
  minutes: two("分钟", "minutes"),
  reason: two("原因", "Reason"),
  reasonHint: two("如:已到场,正在通风", "such as: on site, airing the rooms"),
  resetHint: two("如:已到场查看,原因已排除", "such as: looked on site, the cause is mended"),
  onSite: two("我在现场,已确认无人受困", "I am on site and nobody is in danger"),
  cancel: two("返回", "Back"),
  noScript: two(
    "此浏览器未启用脚本:可以查看,不能签收。",
    "Scripts are off in this browser: it can look, not act.",
  ),
  sounding: two("鸣响", "sounding"),
  silent: two("静", "silent"),
  unconfirmed: two("未确认", "not confirmed"),
  never: two("从未", "never"),
} as const;

const stateWords: Readonly<Record<DetectorStatus["state"], Bilingual>> = {
  alarm: two("!! 报警", "!! alarm"),
  unknown: two("? 未知", "? unknown"),
  fault: two("x 故障", "x fault"),
  "warming-up": two("… 预热", "… warming up"),
  normal: two("正常", "normal"),
};
export const stateWord = (state: DetectorStatus["state"]): Bilingual => stateWords[state];

const classWords: Readonly<Record<AlarmClass, Bilingual>> = {
  co: two("一氧化碳", "Carbon monoxide"),
  gas: two("燃气", "Combustible gas"),
  fault: two("探测器故障", "Detector fault"),
  silence: two("探测器失联", "Detector silent"),
  power: two("探测器断电", "Detector without power"),
  battery: two("电池低", "Battery low"),
  tamper: two("被拆动", "Tampered with"),
  "end-of-life": two("探测器到期", "Detector expired"),
  test: two("自检", "Self-test"),
};
/** What is the matter, in words. */
export const matterWord = (alarmClass: AlarmClass, rule: RuleId): Bilingual => {
  const { zh, en } = classWords[alarmClass];
  if (rule === "over-range") return two(`${zh}超量程`, `${en} beyond range`);
  if (rule.startsWith("device-alarm")) return two(`${zh}(设备报警)`, `${en} (device alarm)`);
  return two(zh, en);
};

const causeWords: Readonly<Record<string, Bilingual>> = {
  always: two("达到报警浓度", "level at alarm"),
  "link-lost": two("与中心断开", "link to the center lost"),
  "no-receipt": two("中心未确认接收", "the center confirms nothing"),
  "no-ack": two("无人签收", "nobody has signed"),
  "dead-man": two("网关停止响应", "the gateway stopped answering"),
  fault: two("有故障待处理", "a fault to be dealt with"),
  "self-test": two("定期自检", "scheduled self-test"),
};
/** Why a buzzer sounds; a cause this table does not know is shown by its name. */
export const causeWord = (cause: string): Bilingual => causeWords[cause] ?? two(cause, cause);

/** Why an alarm rings nobody. */
export const holdWords = {
  shelved: two("已搁置", "shelved"),
  suppressed: two("线路中断,暂不响铃", "its line is down, rings nobody"),
  "out-of-service": two("已停用", "out of service"),
} as const satisfies Partial<Record<LifeState, Bilingual>>;

const gasWords: Readonly<Record<Gas, string>> = {
  co: "CO",
  methane: "CH₄",
  lpg: "LPG",
  hydrogen: "H₂",
  "combustible-gas": "Gas",
};

export const levelText = (level: DetectorStatus["levels"][number] | Level): string =>
  level.gas === "co"
    ? `${gasWords.co} ${round(level.ppm)} ppm`
    : `${gasWords[level.gas]} ${round(level.lel)} %LEL`;

const round = (value: number): string => (Math.round(value * 10) / 10).toString();

/** `03:14:07` in Chengdu. */
export const clockText = (wallMs: number): string =>
  epochToRfc3339(epochMs(Math.round(wallMs))).slice(11, 19);

/** `2:31`, `1:02:31`: how long, never negative. */
export const spanText = (durationMs: number): string => {
  const total = Math.max(0, Math.round(durationMs / 1_000));
  const [hours, minutes, seconds] = [
    Math.floor(total / 3_600),
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  const tail = String(seconds).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
};

/** `3 s`, `5 min`, `7 h`, `2 d`. */
export const ageText = (ageMs: number): string => {
  const seconds = Math.max(0, Math.round(ageMs / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} d`;
};

export const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
