/** What people are told of the store of readings: what happened, and what to do. */
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import type { LossReason, TelemetryLoss } from "#domain/telemetry.ts";
import type { Bilingual } from "#domain/result.ts";

interface Fault {
  readonly key: string;
  readonly text: Bilingual;
}

/** `mark`: the share of the budget that was passed; `endurance`: how long it will last. */
export const budgetFault = (mark: number, endurance: Bilingual): Fault => ({
  key: `telemetry-budget-${mark * 100}`,
  text: {
    zh: `历史读数已超过预算的 ${mark * 100} %:${endurance.zh}。请检查与中心的连接,或增大 gateway.store.telemetryBytes`,
    en: `stored readings have passed ${mark * 100} % of their budget: ${endurance.en}. Check the link to the center, or raise gateway.store.telemetryBytes`,
  },
});

export const thinningFault = (loss: TelemetryLoss): Fault => {
  const { zh, en } = lossText(loss);
  return {
    key: "telemetry-losses",
    text: {
      zh: `历史读数有损失:${zh}。报警不受影响;请检查与中心的连接和网关磁盘`,
      en: `stored readings were lost or thinned: ${en}. Alarms are not affected; check the link to the center and the gateway's disk`,
    },
  };
};

/** One loss as a person reads it: how many, of when, why. */
export const lossText = ({ reason, fromMs, toMs, readings }: TelemetryLoss): Bilingual => {
  const [from, to] = [dateOf(fromMs), dateOf(toMs)];
  const { zh, en } = reasonText[reason];
  return {
    zh: `${from} 至 ${to} 的 ${readings} 个读数${zh}`,
    en: `${readings} readings from ${from} to ${to} ${en}`,
  };
};

const reasonText = {
  thinned: {
    zh: "因空间已满被稀疏(最小、最大、平均值保留)",
    en: "were thinned because the store was full (lowest, highest and mean are kept)",
  },
  "store-full": { zh: "因空间已满被删除", en: "were dropped because the store was full" },
  disk: { zh: "因磁盘故障丢失", en: "were lost because the disk failed" },
  memory: {
    zh: "因存储来不及写入而丢失",
    en: "were dropped because the store could not be written to in time",
  },
  strangers: {
    zh: "来自过多的未登记设备,未记录",
    en: "of too many unregistered devices were not recorded",
  },
} as const satisfies Record<LossReason, Bilingual>;

/** A clock gone mad must not keep the words back. */
const dateOf = (wallMs: number): string =>
  epochToRfc3339(epochMs(Math.abs(wallMs) <= 8e15 ? wallMs : 0)).slice(0, 16);

/** `error` undefined: it is over. */
export const storeFault = (error: unknown): Fault => ({
  key: "telemetry-store",
  text:
    error === undefined
      ? { zh: "历史读数恢复写入", en: "readings are stored again" }
      : {
          zh: `历史读数无法写入(${messageOf(error)}),暂存于内存并重试。报警不受影响;请检查网关磁盘`,
          en: `readings cannot be stored (${messageOf(error)}); they wait in memory and it is tried again. Alarms are not affected; check the gateway's disk`,
        },
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown");

export const putAsideFault = (name: string): Fault => ({
  key: "telemetry-damaged",
  text: {
    zh: `历史读数文件损坏,已移至 ${name} 并新建。其中未送达中心的读数已丢失;报警不受影响。请更换存储卡`,
    en: `the file of stored readings was damaged; it was moved to ${name} and begun anew. What the center had not received of it is lost; alarms are not affected. Replace the storage card`,
  },
});

export const recordingFault = (error: unknown): Fault => ({
  key: "telemetry-recording",
  text: {
    zh: `历史读数记录出错(${messageOf(error)})。报警不受影响;请联系维护人员`,
    en: `a reading could not be recorded (${messageOf(error)}). Alarms are not affected; call maintenance`,
  },
});
