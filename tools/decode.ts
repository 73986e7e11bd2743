import type { Finding } from "#domain/reading.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import { inWords } from "#firmware-config/in-words.ts";
import { decodeMqtt } from "#firmware-config/mqtt.ts";
import { decodeRegisters } from "#firmware-config/modbus.ts";
import { findProfile } from "#firmware-config/registry.ts";
import { createFrameReader } from "#firmware-config/serial.ts";
import type { DetectorProfile } from "#firmware-config/profile.ts";

/** `canary decode`: one message of a device, in words. Registers and frames are given in hex. */
export const decode = (
  message: string,
  options: { readonly profile: string; readonly topic?: string; readonly json?: true },
): number => {
  const profile = findProfile(options.profile);
  if (profile === undefined) {
    console.error(
      `没有画像「${options.profile}」,见 canary profiles · no profile "${options.profile}", see canary profiles`,
    );
    return 2;
  }
  const findings = findingsOf(profile, message, options.topic);
  if (typeof findings === "string") {
    console.error(findings);
    return 1;
  }
  if (options.json === true) console.log(JSON.stringify(findings));
  else for (const finding of findings) console.log(inWords(finding));
  return 0;
};

const findingsOf = (
  profile: DetectorProfile,
  message: string,
  topic: string | undefined,
): readonly Finding[] | string => {
  if (profile.transport === "mqtt") {
    const decoded = decodeMqtt(
      profile,
      topic ?? "canary/v1/detectors/detector/reading",
      new TextEncoder().encode(message),
      epochMs(Date.now()),
    );
    return decoded.kind === "findings"
      ? decoded.findings
      : `不是读数 · not a reading: ${decoded.why}`;
  }
  const hex = message.replaceAll(/\s/g, "");
  if (!/^([0-9a-f]{2})+$/i.test(hex)) {
    return `这个画像读十六进制,例如 FF0403010025138838 · this profile reads hex, such as FF0403010025138838`;
  }
  const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
  if (profile.transport === "serial") {
    const { frames, discarded } = createFrameReader(profile).push(bytes, monoMs(0));
    return frames.length > 0
      ? frames.flat()
      : `没有完整的帧,丢弃 ${discarded.length} 字节 · no whole frame, ${discarded.length} bytes discarded`;
  }
  return registerFindings(profile, bytes);
};

/** Registers in the order the profile reads them, two bytes each, without frame and checksum. */
const registerFindings = (
  profile: Extract<DetectorProfile, { transport: "modbus" }>,
  bytes: Uint8Array,
): readonly Finding[] | string => {
  const wanted = profile.reads.reduce((sum, { count }) => sum + count, 0);
  if (bytes.length !== wanted * 2) {
    return `该画像读 ${wanted} 个寄存器(${wanted * 2} 字节),给了 ${bytes.length} 字节 · this profile reads ${wanted} registers (${wanted * 2} bytes), ${bytes.length} given`;
  }
  const words = Array.from(
    { length: wanted },
    (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0),
  );
  let from = 0;
  const blocks = profile.reads.map(({ count }) => words.slice(from, (from += count)));
  return decodeRegisters(profile, blocks).flat();
};
