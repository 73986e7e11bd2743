/** Words of cases, their clocks and their forms, in both languages. */
import { clockWords } from "#domain/clock-words.ts";
import type { Bilingual } from "#domain/result.ts";
import { conclusions, type CaseLevel } from "#domain/case.ts";
import type { FieldName } from "../state/case-form.ts";

const both = (zh: string, en: string): Bilingual => ({ zh, en });

export const caseText = {
  cases: (count: number) => both(`在办事件 ${count}`, `Open cases ${count}`),
  casesTitle: both("在办事件", "Open cases"),
  casesToSign: both("待签收事件", "Cases to sign for"),
  signInCase: both("打开事件签收", "open the case to sign for it"),
  noCases: both("没有在办事件", "No open cases"),
  notices: (count: number) => both(`通知 ${count}`, `Notices ${count}`),
  noticesTitle: both("未读通知", "Unread notices"),
  noNotices: both("没有未读通知", "No unread notices"),
  read: both("已读", "Read"),
  notSigning: both(
    "已读不等于签收:事件的时钟照走。",
    "Reading is no signature: the clocks of the case go on.",
  ),
  openCase: both("打开事件", "Open case"),
  openIt: (id: string) => both(`打开 ${id}`, `Open ${id}`),
  close: both("关闭", "Close"),
  caseOf: (id: string) => both(`事件 ${id}`, `Case ${id}`),
  loading: both("事件载入中…", "Loading the case…"),
  listTrouble: both("事件和通知没有读到:", "Cases and notices could not be read: "),
  stateNow: both("当前", "Now"),
  levelNow: both("层级", "Level"),
  owner: both("签收人", "Signed for by"),
  assignee: both("承办", "Assigned to"),
  handler: both("处置人", "Handled by"),
  conclusion: both("结论", "Conclusion"),
  upperPending: both("上级未签收", "upper level has not signed"),
  recurrence: (id: string) => both(`复发:${id}`, `Again after ${id}`),
  mergedInto: (id: string) => both(`已并入 ${id}`, `Merged into ${id}`),
  next: both("后通知下一级", "until the next person is told"),
  nextDue: both("已到时,正在通知", "due: being told now"),
  clocks: both("时钟", "Clocks"),
  clockDue: (at: string) => both(`${at} 到期`, `due ${at}`),
  clockLate: (at: string) => both(`已超时(${at})`, `overdue since ${at}`),
  members: both("报警", "Alarms"),
  unsigned: both("未签收", "not signed for"),
  forgotten: both("网关不再报告的报警", "Alarms their gateway tells no more of"),
  forgottenWhat: both(
    "网关已遗忘它们,或听不到网关:可能再也等不到它报告恢复。查清现场后可由负责人结束;网关再次报告时会重新报警。",
    "Their gateway has forgotten them or is not heard, and may never tell that they are over. After a look on the scene whoever leads may end them; they ring again when the gateway tells of them again.",
  ),
  endAlarm: both("人工结束报警", "End the alarm"),
  people: both("住户", "Residents"),
  showPeople: both("查看住户", "Show residents"),
  noPeople: both("没有登记住户", "no resident is registered"),
  reveal: both("查看完整信息", "Show in full"),
  revealWhy: both("查看理由(留痕)", "Why (it is recorded)"),
  steps: both("可做的操作", "What you can do"),
  noSteps: both("现在没有您能做的步骤,可以记录进展", "No step is yours now; you can write a note"),
  nextSteps: both(
    "接下来(现在还不能做,或须由他人做)",
    "Next (not possible yet, or for somebody else)",
  ),
  refusedSteps: (count: number) => both(`现在不能做的 ${count} 项`, `${count} not possible now`),
  submitStep: (name: Bilingual) => both(`确认${name.zh}`, `Confirm: ${name.en}`),
  requiredFields: both(
    "标 * 的必填,不填不能提交;其余按情况填写。",
    "Fields marked * must be filled in; the others as the case asks.",
  ),
  submitting: both("提交中…", "Sending…"),
  cancel: both("取消", "Cancel"),
  note: both("记录进展", "Write a note"),
  submitNote: both("存记录", "Save the note"),
  evidence: both("证据", "Evidence"),
  upload: both("上传照片、录音或视频", "Upload a photo, sound or film"),
  uploading: both("上传中…", "Uploading…"),
  photoFirst: both(
    "此操作需要至少一张照片,请先上传(下方“证据”)。",
    "This step needs a photo: upload one first, below under Evidence.",
  ),
  timeline: both("时间线", "Timeline"),
  told: both("已通知", "Who was told"),
  ruleSet: (set: string, hash: string) => both(`规则集 ${set} (${hash})`, `rules ${set} (${hash})`),
  ruleSetOnTrial: (set: string) => both(`试运行 ${set}`, `on trial ${set}`),
  changedMeanwhile: both("。下面是当前状态。", ". Below is how it stands now."),
  done: (name: Bilingual, id: string) => both(`${id}:${name.zh}已完成`, `${id}: ${name.en} done`),

  code: both("手机验证码(或恢复码)", "Code from your phone (or a recovery code)"),
  secondFactor: both("手机验证码", "Second factor"),
  secondFactorOn: both("已绑定手机验证码。", "A phone is enrolled."),
  asleep: both(
    "您的部分角色须绑定手机验证码、并用它登录后才能使用:",
    "Some of your roles sleep until you enrol a phone and log in with its code: ",
  ),
  enrol: both("开始绑定", "Enrol a phone"),
  enrolHow: both(
    "用手机的验证器应用扫描二维码(或输入下面的密钥),再填入它显示的六位数字。",
    "Scan the picture with the authenticator app on your phone, or type in the key below it; then type the six digits the app shows.",
  ),
  enrolPicture: both("二维码,内容与下面的密钥相同", "QR code, holding the key below"),
  copyKey: both("复制密钥", "Copy the key"),
  copied: both("已复制", "Copied"),
  openApp: both("在本机的验证器应用中打开", "Open in an authenticator on this device"),
  sixDigits: both("六位数字", "Six digits"),
  confirm: both("确认绑定", "Confirm"),
  recovery: both(
    "已绑定。请抄下恢复码并收好,手机丢失时每个可用一次;此页关闭后不再显示。请退出后用验证码重新登录。",
    "Enrolled. Write down these recovery codes; each works once when the phone is lost, and they are shown only now. Log in again with a code.",
  ),
} as const;

/** What people told of, where the title does not say it. */
export const toldWord: Readonly<Record<string, Bilingual>> = {
  co: both("一氧化碳", "Carbon monoxide (CO)"),
  gas: both("可燃气体", "Combustible gas"),
  smell: both("闻到异味", "Smell of gas"),
};

export const levelWord: Readonly<Record<CaseLevel, Bilingual>> = {
  grid: both("网格", "grid"),
  community: both("社区", "community"),
  street: both("街道", "street"),
  district: both("区", "district"),
};

const words: Readonly<Record<string, Bilingual>> = clockWords;
export const clockWord = (clock: string): Bilingual => words[clock] ?? both(clock, clock);

const eventWords: Readonly<Record<string, Bilingual>> = {
  alarm: both("报警", "alarm"),
  alarm_over: both("报警恢复", "alarm over"),
  alarm_worse: both("报警加重", "alarm worse"),
  alarm_again: both("再次报警", "alarm again"),
  end_alarm: both("人工结束报警", "alarm ended by a person"),
  alarm_goes_on: both("报警以新编号继续", "alarm goes on under a new name"),
  late: both("超时", "late"),
  merged_in: both("并入", "merged in"),
  taken_out: both("拆出", "taken out"),
  evidence: both("证据", "evidence"),
  note: both("记录", "note"),
};
export const eventWord = (action: string): Bilingual => eventWords[action] ?? both(action, action);

/** Who acts when nobody does. */
export const actorWord = (actor: string): Bilingual =>
  actor === "system" ? both("系统", "the center") : both(actor, actor);

/** By which way somebody was told; other ways go by their own names. */
export const channelWord = (channel: string): Bilingual =>
  channel === "in-app" ? both("值守页面", "this page") : both(channel, channel);

export const pageStateWord: Readonly<Record<string, Bilingual>> = {
  queued: both("待发送", "queued"),
  sent: both("已发送", "sent"),
  delivered: both("已送达", "delivered"),
  read: both("已读", "read"),
  failed: both("发送失败", "failed"),
};

export interface Question {
  readonly label: Bilingual;
  readonly kind: "text" | "words" | "number" | "choice";
  readonly choices?: readonly (readonly [string, Bilingual])[];
}

const ask = (zh: string, en: string, kind: Question["kind"] = "text"): Question => ({
  label: both(zh, en),
  kind,
});
const choose = (zh: string, en: string, choices: Question["choices"] = []): Question => ({
  label: both(zh, en),
  kind: "choice",
  choices,
});
const yesNo = [
  ["yes", both("是", "yes")],
  ["no", both("否", "no")],
] as const;

/** How each field of a step is asked. */
export const questions: Readonly<Record<FieldName, Question>> = {
  reason: ask("理由", "Reason", "words"),
  assignee: ask("承办人(账号)", "Assignee (account)"),
  team: ask("或队伍", "or team"),
  doorCode: ask("门牌码(没有则填理由)", "Code at the door (or a reason)"),
  conclusion: choose(
    "结论",
    "Conclusion",
    Object.entries(conclusions).map(([code, { zh, en }]) => [
      code,
      both(`${code} ${zh}`, `${code} ${en}`),
    ]),
  ),
  co: ask("便携仪 一氧化碳 ppm", "Portable meter, CO ppm", "number"),
  combustible: ask("便携仪 可燃气体 %LEL", "Portable meter, combustible %LEL", "number"),
  contactWith: ask("联系了谁", "Whom you talked to"),
  contactSaid: ask("联系内容", "What was said", "words"),
  externalWho: choose("联动单位", "Who was called in", [
    ["gas-company", both("燃气公司", "gas company")],
    ["119", both("119 消防", "119 fire brigade")],
    ["120", both("120 急救", "120 ambulance")],
    ["110", both("110 公安", "110 police")],
    ["department", both("街道部门", "a department")],
  ]),
  externalSaid: ask("通话记录", "What came of it", "words"),
  hours: ask("期限:从现在起小时数", "Due in hours from now", "number"),
  interim: ask("临时防护措施", "What protects the home meanwhile", "words"),
  instruction: ask("督办要求", "Instruction", "words"),
  target: ask("主事件编号", "Id of the main case"),
  priority: choose("新级别", "New priority", [
    ["1", both("紧急", "urgent")],
    ["2", both("高", "high")],
    ["3", both("故障", "fault")],
  ]),
  cause: ask("原因", "Cause", "words"),
  reached: choose("联系上住户", "Resident reached", yesNo),
  safe: choose("屋里安全", "The home is safe", yesNo),
  deviceWorks: choose("设备正常", "The device works", yesNo),
  satisfied: choose("处理满意", "Satisfied", [
    ["yes", both("满意", "yes")],
    ["mostly", both("基本满意", "mostly")],
    ["no", both("不满意", "no")],
  ]),
  note: ask("备注", "Remark", "words"),
};

/** What a file of a case is. */
export const evidenceWord: Readonly<Record<string, Bilingual>> = {
  photo: both("照片", "photo"),
  voice: both("录音", "sound"),
  video: both("视频", "film"),
  document: both("文件", "document"),
};
