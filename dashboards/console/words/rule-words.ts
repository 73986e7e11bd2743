/** Rules and the clauses behind their numbers, as a person on duty understands them. */
import type { Clause, RuleId } from "#domain/alarm.ts";
import type { Bilingual } from "#domain/result.ts";

const both = (zh: string, en: string): Bilingual => ({ zh, en });

/** What a rule looks at. Two alarms of one detector differ by it. */
export const ruleWord: Readonly<Record<RuleId, Bilingual>> = {
  co: both("一氧化碳浓度与时间", "CO level over time"),
  combustible: both("可燃气体浓度", "combustible gas level"),
  "device-alarm-co": both("设备自报一氧化碳", "the device's own CO alarm"),
  "device-alarm-gas": both("设备自报燃气", "the device's own gas alarm"),
  "over-range": both("超出量程", "beyond its range"),
  "sensor-fault": both("设备自报传感器故障", "the device's own sensor fault"),
  "reading-fault": both("读数无法解读", "readings cannot be read"),
  silence: both("久无读数", "not heard from"),
  "power-loss": both("设备断电", "mains power lost"),
  "battery-low": both("电池电量低", "battery low"),
  tamper: both("设备被拆动", "device tampered with"),
  "end-of-life": both("设备到期", "device at its end of life"),
  "self-test": both("设备自检", "device self-test"),
};

/** Where a limit comes from; a clause this table does not know is shown as it was written. */
export const clauseWord = ({
  standard,
  clause,
}: Pick<Clause, "standard" | "clause">): Bilingual => {
  const en = `${standard} ${clause}`;
  const zh = clausesZh[en];
  if (clause === ownChoice)
    return both(
      "本项目自定,见 docs/standards.md §9",
      `${standard}: our own choice, docs/standards.md §9`,
    );
  return both(zh ?? en, en);
};

/** Written in both languages by the rules, for every reader who has no table. */
const ownChoice = "本项目自定 our own choice, docs/standards.md §9";

/** By standard and clause as the rules write them (`rules/limits/sources.ts`). */
const clausesZh: Readonly<Record<string, string>> = {
  "EN 50291-1 alarm conditions 30/50/100/300 ppm": "EN 50291-1 报警条件 30/50/100/300 ppm",
  "UL 2034 alarm conditions 70/150/400 ppm, 30 ppm for 30 days":
    "UL 2034 报警条件 70/150/400 ppm,30 ppm 持续 30 天",
  "UL 2034 COHb curve, 10 % COHb": "UL 2034 碳氧血红蛋白曲线,10 % COHb",
  "UL 2034 linear Coburn-Forster-Kane form, 218 and 2398":
    "UL 2034 线性 Coburn-Forster-Kane 公式,218 与 2398",
  "UL 2034 B = 0.0404 for uptake": "UL 2034 吸收系数 B = 0.0404",
  "OSHA COHb half-life in air about 320 min": "OSHA 空气中碳氧血红蛋白半衰期约 320 分钟",
  "GB 15322.2-2019 combustible set point 5-25 %LEL": "GB 15322.2-2019 可燃气体报警设定值 5–25 %LEL",
  "GB 15322.2-2019 CO set point 150-300 ppm": "GB 15322.2-2019 一氧化碳报警设定值 150–300 ppm",
  "GB 15322.2-2019 response: gas at most 30 s, CO at most 60 s":
    "GB 15322.2-2019 响应时间:可燃气体不超过 30 s,一氧化碳不超过 60 s",
  "GB 15322.2-2019 action value ±3 %LEL, CO ±50 ppm":
    "GB 15322.2-2019 报警动作值允差 ±3 %LEL,一氧化碳 ±50 ppm",
  "GB 15322.2 (2026 edition, announced 2026-02-06) alarm time at least 15 s and at most 60 s":
    "GB 15322.2(2026 年版,2026-02-06 公告)报警时间 15–60 s",
  "WHO Air Quality Guidelines for Europe 2000 CO 90/50/25/10 ppm":
    "世界卫生组织欧洲空气质量准则 2000 一氧化碳 90/50/25/10 ppm",
  "LEL tables methane 5.0, propane 2.1, hydrogen 4.0 %vol":
    "爆炸下限表 甲烷 5.0、丙烷 2.1、氢气 4.0 %vol",
  "IEC 60079-20-1 as cited methane 4.4, propane 1.7, hydrogen 4.0 %vol":
    "IEC 60079-20-1(转引)甲烷 4.4、丙烷 1.7、氢气 4.0 %vol",
  "docs/people.md §1.3: three alarms in 10 min chatter":
    "docs/people.md §1.3:10 分钟内三次报警为抖动",
  "docs/standards.md §6.2: detectors mute for 10 min": "docs/standards.md §6.2:探测器消音 10 分钟",
  "docs/standards.md §6.2: makers allow a hush below 150 ppm of CO":
    "docs/standards.md §6.2:厂家允许一氧化碳低于 150 ppm 时消音",
  "docs/people.md §1.3: shelve at most 24 h, not an active danger":
    "docs/people.md §1.3:搁置最长 24 小时,不得搁置未消除的险情",
  "GB/T 45839-2025 local fault signal within 100 s": "GB/T 45839-2025 故障 100 s 内就地报出",
  "GB/T 45839-2025 alarm state held until manual reset": "GB/T 45839-2025 报警状态保持至人工复位",
  "GB 15322.2-2019 3.3.7 alarm during warm-up": "GB 15322.2-2019 3.3.7 预热期间报警",
};
