/** Golden register blocks and frames: see `golden.ts`. */
import type { Golden } from "./golden.ts";

export const goldenLines: Readonly<Record<string, Golden>> = {
  "gas-module-6000-co": {
    blocks: [[0x8003, 300]],
    says: [["warming-up no", "sensor-fault no", "co ALARM high", "co 300 ppm"]],
  },
  "gas-module-6000-ch4": {
    blocks: [[0x8011, 1_005]],
    says: [
      [
        "warming-up no",
        "sensor-fault no",
        "methane ALARM low",
        "methane 100.5 %LEL (LEL 5 %vol) over-range",
      ],
    ],
  },
  "greystone-cmd5b4": {
    blocks: [[1, 150, 235, 1, 1, 0, 0, 0]],
    says: [["self-test no", "sensor-fault no", "co ALARM", "co 150 ppm"]],
  },
  "gas-panel-8": {
    blocks: [
      [
        [0, 31, 0, 1, 0b01], // CO 31 ppm, low alarm
        [0, 255, 1, 4, 0b10], // methane 25.5 %LEL, high alarm
        [0, 15, 1, 7, 0], // methane 1.5 %vol
        [1, 0, 0, 3, 0], // warming up
        [2, 0, 0, 5, 0], // sensor broken
        [3, 0, 0, 4, 0], // switched off
        [0, 40, 0, 99, 0b01], // unknown unit, but an alarm
        [0, 0xffff, 0, 1, 0], // no value
      ].flat(),
    ],
    says: [
      [
        "warming-up no",
        "sensor-fault no",
        "end-of-life no",
        "power-loss no",
        "co 31 ppm",
        "co ALARM low",
      ],
      [
        "warming-up no",
        "sensor-fault no",
        "end-of-life no",
        "power-loss no",
        "methane 25.5 %LEL (LEL 5 %vol)",
        "methane ALARM high",
      ],
      [
        "warming-up no",
        "sensor-fault no",
        "end-of-life no",
        "power-loss no",
        "methane 30 %LEL (LEL 5 %vol)",
        "methane no alarm",
      ],
      ["warming-up yes", "end-of-life no", "power-loss no", "combustible-gas warming-up [0]"],
      [
        "warming-up no",
        "sensor-fault yes",
        "end-of-life no",
        "power-loss no",
        "lpg not-reported [0 (not trusted)]",
      ],
      ["end-of-life no", "power-loss no", "methane not-reported [0 (not trusted)]"],
      [
        "warming-up no",
        "sensor-fault no",
        "end-of-life no",
        "power-loss no",
        "FAULT wrong-unit 0x0021 (40034)",
        "combustible-gas ALARM low",
      ],
      [
        "warming-up no",
        "sensor-fault no",
        "end-of-life no",
        "power-loss no",
        "co sentinel [65535]",
      ],
    ],
  },
  "dfrobot-sen07xx": {
    // valid, CO, 32 bits low word first, one decimal
    blocks: [[1, 4, 1_234, 0, 1]],
    says: [["co 123.4 ppm"]],
  },
  "renke-gas": {
    blocks: [[12, 0, 34]],
    says: [
      [
        "combustible-gas unit-unknown [0x0000 (40001) = 12]",
        "combustible-gas unit-unknown [0x0002 (40003) = 34]",
      ],
    ],
  },
  "winsen-ze07-co": { hex: "FF 04 03 01 05 DC 13 88 7C", says: ["co 150 ppm"] },
  "winsen-ze07-co-qa": { hex: "FF 86 00 2A 00 00 00 20 30", says: ["co 4.2 ppm"] },
  "winsen-ze15-co": {
    hex: "FF 04 03 01 80 25 13 88 B8",
    says: ["sensor-fault yes", "co not-reported [3.7 (not trusted)]"],
  },
  "winsen-ze15-co-qa": {
    hex: "FF 86 05 DC 00 00 05 DC B8",
    says: ["sensor-fault no", "co 150 ppm"],
  },
};
