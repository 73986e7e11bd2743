import type { Bilingual } from "#domain/result.ts";

/** Why a request brought no answer that can be believed. */
export type LineError =
  | { readonly kind: "no-reply"; readonly unit: number; readonly waitedMs: number }
  /** Bytes came, but no frame with a right checksum. */
  | { readonly kind: "garbled"; readonly unit: number; readonly hex: string }
  | { readonly kind: "wrong-unit"; readonly unit: number; readonly answeredBy: number }
  | {
      readonly kind: "wrong-function";
      readonly unit: number;
      readonly asked: number;
      readonly answered: number;
    }
  | {
      readonly kind: "wrong-length";
      readonly unit: number;
      readonly askedBytes: number;
      readonly answeredBytes: number;
    }
  /** A write was answered with another address or value than was written. */
  | {
      readonly kind: "wrong-echo";
      readonly unit: number;
      readonly sentHex: string;
      readonly echoedHex: string;
    }
  | { readonly kind: "exception"; readonly unit: number; readonly code: number }
  | { readonly kind: "line-closed"; readonly unit: number };

/** The error in words: what happened, where, what to do next. */
export const explainLineError = (line: string, error: LineError): Bilingual => {
  const zhUnit = `线路 ${line} 的从站 ${error.unit}`;
  const enUnit = `unit ${error.unit} on line ${line}`;
  switch (error.kind) {
    case "no-reply":
      return {
        zh: `${zhUnit} 没有应答(等待 ${error.waitedMs} 毫秒)。请检查供电、A/B 接线、站号与波特率。`,
        en: `No answer from ${enUnit} within ${error.waitedMs} ms. Check its power, the A/B wires, its address and baud rate.`,
      };
    case "garbled":
      return {
        zh: `${zhUnit} 的应答校验错误(${error.hex})。请检查接线、屏蔽、终端电阻与波特率,以及是否有重复站号。`,
        en: `The answer of ${enUnit} failed its checksum (${error.hex}). Check wiring, shield, termination and baud rate, and whether two units share an address.`,
      };
    case "wrong-unit":
      return {
        zh: `询问${zhUnit},却由从站 ${error.answeredBy} 应答。请核对这两个从站的站号设置。`,
        en: `Asked ${enUnit}, but unit ${error.answeredBy} answered. Check the addresses set in these two units.`,
      };
    case "wrong-function":
      return {
        zh: `${zhUnit} 以功能码 ${error.answered} 应答了功能码 ${error.asked} 的询问。请核对设备型号。`,
        en: `Asked ${enUnit} with function ${error.asked}, it answered with function ${error.answered}. Check the device profile.`,
      };
    case "wrong-length":
      return {
        zh: `${zhUnit} 应答了 ${error.answeredBytes} 字节数据,应为 ${error.askedBytes} 字节。请核对设备型号与寄存器数量。`,
        en: `Expected ${error.askedBytes} data bytes from ${enUnit}, it sent ${error.answeredBytes}. Check the device profile and its register count.`,
      };
    case "wrong-echo":
      return {
        zh: `${zhUnit} 没有确认写入(发送 ${error.sentHex},回显 ${error.echoedHex})。请检查该输出是否可写。`,
        en: `A write to ${enUnit} was not confirmed (sent ${error.sentHex}, echoed ${error.echoedHex}). Check that this output may be written.`,
      };
    case "exception":
      return {
        zh: `${zhUnit} 拒绝了请求:异常 ${error.code}(${exceptionWords(error.code).zh})。请核对设备型号与寄存器地址。`,
        en: `The request was refused by ${enUnit}: exception ${error.code} (${exceptionWords(error.code).en}). Check the device profile and register address.`,
      };
    case "line-closed":
      return {
        zh: `线路 ${line} 没有打开,无法询问从站 ${error.unit}。请检查转换器的 USB 或网络连接。`,
        en: `Line ${line} is not open, so unit ${error.unit} cannot be asked. Check the converter's USB or network connection.`,
      };
  }
};

/** Source: MODBUS Application Protocol Specification V1.1b3, §7. */
const exceptionWords = (code: number): Bilingual => {
  switch (code) {
    case 1:
      return { zh: "不支持的功能码", en: "illegal function" };
    case 2:
      return { zh: "寄存器地址不存在", en: "illegal data address" };
    case 3:
      return { zh: "数值不合法", en: "illegal data value" };
    case 4:
      return { zh: "设备故障", en: "server device failure" };
    case 5:
      return { zh: "已接受,处理中", en: "acknowledge, still working" };
    case 6:
      return { zh: "设备忙", en: "server device busy" };
    case 10:
      return { zh: "网关通道不可用", en: "gateway path unavailable" };
    case 11:
      return { zh: "网关下的设备无应答", en: "gateway target failed to respond" };
    default:
      return { zh: "未知原因", en: "unknown reason" };
  }
};
