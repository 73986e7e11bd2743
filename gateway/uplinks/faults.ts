import type { Bilingual } from "#domain/result.ts";
import type { Receipt } from "#domain/wire.ts";
import type { ReportFault } from "#gateway/ports.ts";

export type UplinkFaults = ReturnType<typeof createUplinkFaults>;

/** Faults of the talk with the center, each shown once and taken back when it is over. */
export const createUplinkFaults = (reportFault: ReportFault) => {
  const shown = new Map<string, Bilingual>();
  const show = (key: string, text: Bilingual): void => {
    if (shown.get(key)?.en === text.en) return;
    shown.set(key, text);
    reportFault({ key, present: true, text });
  };
  const clear = (key: string): void => {
    if (shown.delete(key)) reportFault({ key, present: false, text: over });
  };
  return { show, clear };
};

const over: Bilingual = { zh: "已恢复,无需操作", en: "over; nothing to do" };

export const refusedText = ({ id, reason }: Receipt["data"]["refused"][number]): Bilingual => ({
  zh: `中心拒收记录 ${id}:${reason.zh}。记录仍保留在本网关,每 10 分钟重试。请检查中心的版本`,
  en: `the center refused record ${id}: ${reason.en}. It is kept here and offered again every 10 minutes. Check the center's version`,
});

export const unreadableText = (why: Bilingual): Bilingual => ({
  zh: `中心的回执无法读取(${why.zh}),按未收到处理。请检查中心的版本`,
  en: `a receipt from the center cannot be read (${why.en}) and counts as not received. Check the center's version`,
});

export const foreignText = (given: string, own: string): Bilingual => ({
  zh: `收到另一份日志(${given})的回执,本网关日志为 ${own},已忽略。请检查是否有两台网关使用同一编号`,
  en: `a receipt for another journal (${given}) was ignored; this gateway's is ${own}. Check that no two gateways use the same id`,
});

export const tailLostText = (upTo: number, lastSeq: number): Bilingual => ({
  zh: `中心已有本日志第 ${upTo} 条,本机只到第 ${lastSeq} 条:本机丢失了末尾记录。日志以新编号继续并全部重发。请更换存储卡`,
  en: `the center has record ${upTo} of this journal, this gateway only ${lastSeq}: the end of the file was lost here. The journal goes on under a new id and everything is sent again. Replace the storage card`,
});

export const givenTwiceText = (seq: number): Bilingual => ({
  zh: `本日志第 ${seq} 条在中心是另一条记录:断电时存储卡丢失了末尾记录,编号被重新使用。日志以新编号继续并全部重发。请更换存储卡`,
  en: `number ${seq} of this journal is another record at the center: the storage card lost its newest records in a power cut and the numbers were given again. The journal goes on under a new id and everything is sent again. Replace the storage card`,
});

export const lostText = (records: number): Bilingual => ({
  zh: `中心丢失了 ${records} 条曾确认过的记录(数据库被更换或恢复自旧备份),正在重发。请向中心核实`,
  en: `the center has lost ${records} records it had confirmed (its database was replaced or restored from an older copy); they are sent again. Ask the center what happened`,
});

export const clockText = (seconds: number): Bilingual => ({
  zh: `本网关时钟与中心相差 ${seconds} 秒。报警顺序和时长不受影响。请检查校时(NTP)`,
  en: `this gateway's clock differs from the center's by ${seconds} s. Order and durations of alarms are right all the same. Check its time synchronisation (NTP)`,
});

export const unreadText = (error: unknown): Bilingual => ({
  zh: `待发记录读取或发送失败(${String(error)}),自动重试。如反复出现请检查存储卡`,
  en: `records waiting for the center could not be read or sent (${String(error)}); it is tried again. If this stays, check the storage card`,
});
