/**
 * What may be written to a device, and only this: small, harmless to protection, with allowed
 * values. Recalibration, alarm limits and sensor sleep are left out on purpose: each can make a
 * detector blind from afar.
 */
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { registerName } from "./registers.ts";
import { winsenCommand } from "./winsen.ts";

export type DeviceSetting = {
  /** What commands call it. */
  readonly id: string;
  /** Ids of the profiles it belongs to. */
  readonly profiles: readonly string[];
  readonly title: Bilingual;
  readonly source: string;
} & (
  | {
      readonly kind: "serial-command";
      /** Bytes to send for each choice. */
      readonly choices: Readonly<Record<string, readonly number[]>>;
    }
  | {
      readonly kind: "register";
      /** Holding register, 0-based as on the wire, written with function 06. */
      readonly address: number;
      readonly min: number;
      readonly max: number;
    }
);

const winsenManual = "Winsen ZE07-CO manual v1.2, tables 5 and 6";

export const settings: readonly DeviceSetting[] = [
  {
    id: "winsen-mode",
    profiles: ["winsen-ze07-co", "winsen-ze07-co-qa", "winsen-ze15-co", "winsen-ze15-co-qa"],
    title: { zh: "上传方式(主动/问答)", en: "upload mode (active or question-answer)" },
    source: winsenManual,
    kind: "serial-command",
    choices: {
      active: winsenCommand(0x78, 0x40),
      "question-answer": winsenCommand(0x78, 0x41),
    },
  },
  {
    id: "greystone-output-test",
    profiles: ["greystone-cmd5b4"],
    title: { zh: "蜂鸣器和继电器测试", en: "test of buzzer and relays" },
    source: "Greystone CMD5B4 manual, register 0x17; standards.md §8.2",
    kind: "register",
    address: 0x17,
    min: 0,
    max: 1,
  },
  {
    id: "renke-address",
    profiles: ["renke-gas"],
    title: { zh: "从站地址", en: "unit address" },
    source: "DFRobot SEN0640-type documentation, register 0x07D0; standards.md §8.2",
    kind: "register",
    address: 0x07d0,
    // 0 would answer to broadcasts only, 248–255 are reserved.
    min: 1,
    max: 247,
  },
  {
    id: "dfrobot-address",
    profiles: ["dfrobot-sen07xx"],
    title: { zh: "从站地址(断电后恢复)", en: "unit address (until power is lost)" },
    source: "DFRobot_IntelligentGasSensor V1.0.0 docs/REGISTERMAP_MODBUS.md, holding 0x0006",
    kind: "register",
    address: 0x0006,
    min: 1,
    max: 247,
  },
];

export const settingsOf = (profileId: string): readonly DeviceSetting[] =>
  settings.filter(({ profiles }) => profiles.includes(profileId));

export type SettingWrite =
  | { readonly kind: "serial-command"; readonly bytes: readonly number[] }
  | { readonly kind: "register"; readonly address: number; readonly value: number };

/** What goes on the wire for `value`, or why it may not. */
export const toWrite = (
  setting: DeviceSetting,
  value: string | number,
): Result<SettingWrite, Bilingual> => {
  if (setting.kind === "serial-command") {
    const choices = Object.keys(setting.choices);
    const bytes = Object.hasOwn(setting.choices, value) ? setting.choices[value] : undefined;
    return bytes === undefined
      ? err({
          zh: `「${setting.title.zh}」没有选项「${value}」,可选:${choices.join("、")}`,
          en: `${setting.title.en} has no choice "${value}"; choose one of ${choices.join(", ")}`,
        })
      : ok({ kind: "serial-command", bytes });
  }
  const { address, min, max } = setting;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max)
    return ok({ kind: "register", address, value });
  const where = registerName(3, address);
  return err({
    zh: `「${setting.title.zh}」(寄存器 ${where})只能是 ${min} 到 ${max} 的整数,不能是「${value}」`,
    en: `${setting.title.en} (register ${where}) takes whole numbers from ${min} to ${max}, not "${value}"`,
  });
};
