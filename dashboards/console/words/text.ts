/**
 * Every sentence of the duty page in both languages; the compiler refuses a missing one. Words
 * follow the glossary: 报警 is the device's condition, 签收 is not 消音, 恢复 or 办结, and a 故障 is
 * never called 报警.
 */
import type { ActionKind } from "#domain/action.ts";
import type { AlarmClass, Held, Priority } from "#domain/alarm.ts";
import type { Gas } from "#domain/gas.ts";
import type { Bilingual } from "#domain/result.ts";
import type { StreetTopic } from "#domain/street-event.ts";
import type { Link } from "../state/pulse.ts";

const both = (zh: string, en: string): Bilingual => ({ zh, en });

export const text = {
  product: both("金丝雀 Canary 值守台", "Canary 金丝雀 duty desk"),
  otherLanguage: both("English", "中文"),
  toLight: both("日间", "Light"),
  toDark: both("夜间", "Dark"),
  signOut: both("退出登录", "Sign out"),
  loading: both("载入中…", "Loading…"),

  logIn: both("登录", "Log in"),
  userName: both("用户名", "User name"),
  password: both("密码", "Password"),
  newPassword: both("新密码", "New password"),
  newPasswordAgain: both("再输一次新密码", "New password again"),
  currentPassword: both("当前密码", "Current password"),
  changePassword: both("设置新密码", "Set a new password"),
  mustChangePassword: both(
    "首次登录:请先设置自己的密码,再进入值守台。",
    "First login: set a password of your own, then the duty desk opens.",
  ),
  passwordsDiffer: both(
    "两次输入的新密码不同,请重新输入。",
    "The new passwords differ; type again.",
  ),
  sessionEnded: both(
    "登录已失效,报警画面已停。请马上重新登录,登录前改用电话值守。",
    "Your login has ended and the alarm page has stopped. Log in again now; until then keep watch by telephone.",
  ),
  centerUnreachable: both(
    "连不上中心。请检查本机网络和中心服务器,页面会自动重试;在此之前改用电话值守。",
    "The center cannot be reached. Check this computer's network and the center; the page keeps trying. Until then keep watch by telephone.",
  ),
  centerConfused: (status: number) =>
    both(
      `中心没有给出能读懂的回答(HTTP ${status})。请再试一次,仍不行请报修。`,
      `The center gave no readable answer (HTTP ${status}). Try again; if it stays, report it.`,
    ),

  linkLive: (age: string) => both(`连接正常 · ${age}`, `Connected · ${age}`),
  // Each sentence stands around a running timer, which screen readers are spared.
  linkShaky: both(
    "连接不稳,没有收到中心心跳已",
    "Connection unsteady, no heartbeat from the center for",
  ),
  linkShakyThen: both("正在重连。", "Reconnecting."),
  linkLost: both("与中心断开", "Cut off from the center for"),
  linkLostThen: (at: string) =>
    both(
      `画面停在 ${at}。改用电话值守。`,
      `the picture stopped at ${at}. Keep watch by telephone.`,
    ),
  linkNever: both("连不上中心,已等", "The center has not answered for"),
  linkNeverThen: both(
    "这里什么也看不到。改用电话值守。",
    "nothing can be seen here. Keep watch by telephone.",
  ),
  asOf: (at: string) => both(`截至 ${at}`, `as of ${at}`),
  clockDrift: (seconds: number) =>
    both(
      `本机时钟差 ${seconds} 秒,以中心时间为准`,
      `This computer's clock is off by ${seconds} s; the center's time counts`,
    ),
  cameWhileAway: (count: number) =>
    both(`断线期间新到 ${count} 条,请逐条查看。`, `${count} came in while cut off: look at each.`),
  seenThem: both("已看过", "I have looked"),
  arrivedWhileAway: both("断线期间到达", "came while cut off"),

  goOnDuty: both("上岗(开声音)", "Go on duty (sound on)"),
  soundOn: both("声音:正常", "Sound: on"),
  listen: both("试听", "Test sound"),
  soundOff: both("声音:未开", "Sound: off"),
  seatSilent: both(
    "本席位无声:有报警未签收,但这台电脑不会响。请按[上岗]。",
    "This seat is silent while an alarm is unsigned. Press [Go on duty].",
  ),

  drillBanner: (gateways: string) =>
    both(
      `演练 DRILL — 网关 ${gateways} 的报警是演练,不是真实险情`,
      `DRILL 演练 — alarms of gateway ${gateways} are staged, not a real emergency`,
    ),
  drill: both("演练 DRILL", "DRILL 演练"),
  test: both("测试 TEST", "TEST 测试"),
  unstored: both("未入库", "not stored yet"),
  unstoredHint: both(
    "中心数据库不可用,只有本中心的页面显示,暂不能签收;请立即按地址处置",
    "the database is away: shown by this center alone, nobody can sign for it yet; act on the address now",
  ),
  notDurable: both("网关磁盘未存", "not on the gateway's disk"),
  notDurableHint: both(
    "网关磁盘故障,这条报警只存在中心。",
    "The gateway's disk failed: only the center holds this alarm.",
  ),
  late: both("补传", "sent late"),
  lateHint: both(
    "网关断线后补传,报警时间以设备为准。",
    "Sent after the gateway had been cut off; the time is the device's.",
  ),
  heldBy: (by: Bilingual, who: string) => both(`${by.zh}:${who}`, `${by.en}: ${who}`),
  heldAlarms: (count: number) =>
    both(
      `不响铃的报警 ${count} 条(已搁置、停用、抑制、影子规则或历史数据)`,
      `${count} that ring nobody (shelved, out of service, suppressed, on trial, or history)`,
    ),
  chatter: (times: number) => both(`抖动 ×${times}`, `chatter ×${times}`),
  chatterHint: both(
    "反复出现又消失的次数;首次报警没有被掩盖。",
    "How often it has come and gone; the first alarm was not hidden.",
  ),
  takenLate: both("历史数据", "from history"),
  takenLateHint: both(
    "探测器早先测得、刚刚才送到;现在的情况见现值。",
    "Measured earlier, arrived only now; see the present value.",
  ),
  manyHomes: both("多户情况", "Many homes at once"),
  membersOnDesk: (count: number, all: number) =>
    both(`涉及 ${all} 台,下方报警 ${count} 条`, `${all} detectors, ${count} alarms below`),
  partOf: both("多户之一", "one of many"),
  actions: both("处置记录", "What was done"),
  untilTime: (at: string) => both(`至 ${at}`, `until ${at}`),
  worsened: both("签收后加重", "worse since signed for"),

  alarms: both("待处理报警", "Open alarms"),
  unsigned: both("未签收", "Not signed for"),
  returnedUnsigned: both("已恢复·未签收", "Back to normal · not signed for"),
  signedBy: (name: string, at: string) =>
    both(`${name} 已签收 ${at}`, `Signed for by ${name} ${at}`),
  returned: both("已恢复", "back to normal"),
  ended: (by: string, at: string) =>
    both(`${by} 人工结束 ${at}(非设备报告)`, `ended by ${by} ${at}, not by its device`),
  overdue: (seconds: number) => both(`已超 ${seconds} 秒`, `over ${seconds} s`),
  sinceAlarm: both("报警至今", "Since the alarm"),
  sign: both("签收", "Sign for"),
  signing: both("签收中…", "Signing…"),
  youSigned: (where: string, at: string) =>
    both(`${at} 你已签收:${where}`, `${at} You signed for: ${where}`),
  otherSigned: (where: string, name: string, at: string) =>
    both(`${where}:${name} 已于 ${at} 签收`, `${where}: signed for by ${name} at ${at}`),
  stateChanged: both(
    "情况刚有变化,没有签收。请看清后再签收一次。",
    "It has just changed, so it is not signed for. Look again, then sign for it again.",
  ),
  signNotSent: both(
    "没有送到中心,尚未签收。请再按一次。",
    "It did not reach the center: not signed for yet. Press again.",
  ),
  alreadySigned: (where: string) => both(`${where}:已签收`, `${where}: already signed for`),
  showRest: (count: number) => both(`显示其余 ${count} 条`, `Show the other ${count}`),

  addressUnknown: both("地址未知", "Address unknown"),
  gateway: both("网关", "Gateway"),
  position: both("总线位置", "Bus position"),
  value: both("现值", "Now"),
  peak: both("峰值", "Peak"),
  stateUnknown: both("状态未知", "state unknown"),
  lastKnown: both("最后", "last"),
  noValue: both("无数值", "no value"),
  deviceVerdict: both("设备自报报警,无数值", "the device's own alarm, no value"),
  stale: (age: string) => both(`陈旧 ${age}`, `stale, ${age}`),
  cause: both("原因", "Cause"),
  basis: both("依据", "Basis"),
  alarmAt: both("设备报警", "Alarm at the device"),
  receivedAt: both("中心收到", "Received by the center"),
  detector: both("探测器", "Detector"),
  model: both("型号", "Model"),
  rule: both("规则", "Rule"),
  caseId: both("事件", "Case"),
  selected: both("所选报警", "Selected alarm"),

  emptyHeadline: both("无未处理报警", "No open alarms"),
  emptyProof: (age: string, detectors: number, unknown: number) =>
    both(
      `最后心跳 ${age} · ${detectors} 台探测器 未知 ${unknown}`,
      `last heartbeat ${age} · ${detectors} detectors, ${unknown} unknown`,
    ),
  emptyWithoutDetectors: both(
    "还没有探测器上报到中心:此页不能证明街道安全。请检查网关。",
    "No detector has reported to the center yet: this page proves nothing about the street. Check the gateways.",
  ),
  unknownDetectors: both("状态未知", "Unknown"),
  longestWaiting: both("未签收最久", "Longest unsigned"),
  gateways: both("网关", "Gateways"),
  gatewayUp: both("在线", "up"),
  gatewayLost: (detectors: number) =>
    both(`断线,${detectors} 台探测器看不到`, `cut off: ${detectors} detectors cannot be seen`),
  heard: (age: string) => both(`${age}有消息`, `heard ${age}`),
  detectors: (count: number, unknown: number) =>
    both(`${count} 台,未知 ${unknown}`, `${count} detectors, ${unknown} unknown`),
  pending: (count: number) => both(`待上传 ${count}`, `${count} to be sent`),
  missing: (count: number) => both(`缺号 ${count}`, `${count} records missing`),
} as const;

export const heldWord: Readonly<Record<Held["by"], Bilingual>> = {
  shelved: both("已搁置", "Shelved"),
  "out-of-service": both("已停用", "Out of service"),
  suppressed: both("通信中断,已抑制", "Suppressed, link down"),
  shadow: both("影子规则", "Rules on trial"),
  late: both("历史数据", "History"),
};

export const actionWord: Readonly<Record<ActionKind, Bilingual>> = {
  acknowledged: both("已签收", "Signed for"),
  unacknowledged: both("签收撤回", "Signature withdrawn"),
  reset: both("已复位", "Reset"),
  shelved: both("搁置", "Shelved"),
  unshelved: both("解除搁置", "Unshelved"),
  "shelving-expired": both("搁置到期", "Shelving ended"),
  suppressed: both("抑制", "Suppressed"),
  unsuppressed: both("解除抑制", "No longer suppressed"),
  "taken-out-of-service": both("停用", "Taken out of service"),
  "returned-to-service": both("恢复使用", "Back in service"),
  "service-hold-expired": both("停用到期", "Out-of-service time ended"),
  hushed: both("消音", "Hushed"),
  "hush-expired": both("消音到期", "Hush ended"),
  "hush-broken": both("消音被新情况解除", "Hush broken by what happened since"),
  "written-off": both("确认探测器已拆除", "Detector said to be gone"),
  "hush-released": both("解除消音", "Hush released"),
  "command-refused": both("网关拒绝了请求", "The gateway refused"),
};

export const topicWord: Readonly<Record<StreetTopic, Bilingual>> = {
  storm: both("报警集中", "Alarm storm"),
  flood: both("报警潮", "Alarm flood"),
  "shared-cause": both("疑似同源", "Shared cause"),
  link: both("通信中断", "Link down"),
  drift: both("零点漂移", "Drift"),
  buzzer: both("蜂鸣器", "Buzzer"),
  "buzzer-test": both("蜂鸣器自检", "Buzzer self-test"),
  valve: both("燃气阀", "Gas valve"),
  fan: both("排风机", "Exhaust fan"),
};

export const linkWord: Readonly<Record<Link, Bilingual>> = {
  live: both("连接正常", "Connected"),
  shaky: both("连接不稳", "Unsteady"),
  lost: both("已断开", "Cut off"),
};

export const priorityWord: Readonly<Record<Priority, Bilingual>> = {
  1: both("紧急", "Urgent"),
  2: both("高", "High"),
  3: both("故障", "Fault"),
  4: both("提示", "Notice"),
};

export const classWord: Readonly<Record<AlarmClass, Bilingual>> = {
  co: both("一氧化碳", "Carbon monoxide (CO)"),
  gas: both("可燃气体", "Combustible gas"),
  fault: both("故障", "Fault"),
  silence: both("离线", "Offline"),
  power: both("断电", "Power loss"),
  battery: both("电量低", "Battery low"),
  tamper: both("防拆", "Tamper"),
  "end-of-life": both("寿命到期", "End of life"),
  test: both("自检", "Self-test"),
};

export const gasWord: Readonly<Record<Gas, Bilingual>> = {
  co: both("一氧化碳", "Carbon monoxide (CO)"),
  methane: both("天然气(甲烷)", "Natural gas (methane)"),
  lpg: both("液化石油气", "LPG"),
  hydrogen: both("氢气", "Hydrogen"),
  "combustible-gas": both("可燃气体", "Combustible gas"),
};

/** Added to the gas's name at priority 2: not yet the alarm, but on its way. */
export const preAlarmWord = both("预警", "pre-alarm");
