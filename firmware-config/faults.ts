/** The sentences of everything that can be wrong with a message: what, where, what to do next. */
import type { FaultCode, Finding, ReadingFault } from "#domain/reading.ts";
import type { Bilingual } from "#domain/result.ts";

export const fault = (code: FaultCode, at: string, text: Bilingual): Finding => ({
  kind: "fault",
  fault: { code, at, text },
});

/** What a foreign value looks like, short enough for a line on a screen. */
export const show = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

export const wrongType = (at: string, value: unknown, wanted: Bilingual): Finding =>
  fault("wrong-type", at, {
    zh: `字段 ${at} 的内容是「${show(value)}」,应为${wanted.zh};未采用。请核对设备固件或设备画像`,
    en: `field ${at} holds "${show(value)}" where ${wanted.en} is expected; it was not used. Check the device's firmware or its profile`,
  });

export const aNumber: Bilingual = { zh: "数字", en: "a number" };

export const unknownWord = (at: string, value: unknown): Finding =>
  fault("unsupported", at, {
    zh: `字段 ${at} 出现不认识的值「${show(value)}」,未采用。请核对设备画像是否与型号一致`,
    en: `field ${at} holds "${show(value)}", which its profile does not know; it was not used. Check that the profile fits the model`,
  });

export const unknownBits = (at: string, bits: readonly number[]): Finding =>
  fault("unsupported", at, {
    zh: `${at} 中位 ${bits.join("、")} 被置位,设备画像没有说明其含义。请核对设备手册`,
    en: `${at} has bit ${bits.join(", ")} set, which its profile does not explain. Check the device's manual`,
  });

export const malformed = (at: string, what: Bilingual): Finding =>
  fault("malformed", at, {
    zh: `${what.zh}。只采用了指向报警的完整内容,没有据此判断为正常。请检查设备与链路`,
    en: `${what.en}. Only complete parts that point to an alarm were used, nothing was taken as normal. Check the device and its link`,
  });

export const tooLarge = (bytes: number, limitBytes: number): Finding =>
  fault("too-large", "payload", {
    zh: `报文长 ${bytes} 字节,超过上限 ${limitBytes} 字节,未读取。请检查设备或转发程序`,
    en: `the message is ${bytes} bytes long, more than the ${limitBytes} allowed; it was not read. Check the device or the program that forwards it`,
  });

export const wrongClock = (at: string, value: unknown): Finding =>
  fault("clock-wrong", at, {
    zh: `设备时间「${show(value)}」不可能正确,已按到达时间处理。请校准设备时钟`,
    en: `the device's time "${show(value)}" cannot be right; the time of arrival is used. Set the device's clock`,
  });

export const unreachable = (at: string): Finding =>
  fault("no-reply", at, {
    zh: "网桥报告该检测器已离线,现在状态未知。请检查检测器供电与无线信号",
    en: "its bridge says that the detector is offline; its state is now unknown. Check its power and radio link",
  });

export const wrongUnit = (at: string, value: unknown): Finding =>
  fault("wrong-unit", at, {
    zh: `${at} 的单位或气体代码是 ${show(value)},设备画像不认识,读数未采用。请核对型号与画像`,
    en: `${at} says gas or unit code ${show(value)}, which the profile does not know; the value was not used. Check model and profile`,
  });

export const wrongReply = (at: string, wanted: number, got: number): Finding =>
  fault("wrong-reply", at, {
    zh: `从 ${at} 起应读到 ${wanted} 个值,实际 ${got} 个,整组未采用。请检查从站地址与线路`,
    en: `${wanted} values were asked for from ${at}, ${got} came; none was used. Check the unit address and the line`,
  });

export const badRegister = (at: string, value: unknown): Finding =>
  fault("malformed", at, {
    zh: `${at} 的内容 ${show(value)} 不是 16 位寄存器值,未采用。请检查读取程序`,
    en: `${at} holds ${show(value)}, which is no 16-bit register value; it was not used. Check the program that reads it`,
  });

/** For a serial line: bytes that belong to no frame. */
export const strayBytes = (bytes: readonly number[]): ReadingFault => ({
  code: "malformed",
  at: `bytes ${bytes
    .slice(0, 16)
    .map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"))
    .join(" ")}${bytes.length > 16 ? " …" : ""}`,
  text: {
    zh: `串口收到 ${bytes.length} 个不成帧或校验错误的字节,已丢弃。请检查接线、波特率与干扰`,
    en: `${bytes.length} bytes on the line belong to no frame or fail its checksum and were discarded. Check wiring, baud rate and interference`,
  },
});
