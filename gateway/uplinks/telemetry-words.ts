import type { Bilingual } from "#domain/result.ts";

export const telemetryRefusedText = (reason: Bilingual): Bilingual => ({
  zh: `中心拒收历史读数:${reason.zh}。读数仍保留在本网关,10 分钟后重试;报警不受影响。请检查中心的版本`,
  en: `the center refuses stored readings: ${reason.en}. They are kept here and offered again in 10 minutes; alarms are not affected. Check the center's version`,
});

export const telemetryTakenText: Bilingual = {
  zh: "中心恢复接收历史读数",
  en: "the center takes stored readings again",
};
