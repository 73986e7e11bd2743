import type { Clause } from "#domain/alarm.ts";

/** Where the numbers of the limit sets come from, and how sure that is (`docs/standards.md`). */
const clause = (standard: string, text: string, confidence: Clause["confidence"]): Clause => ({
  standard,
  clause: text,
  confidence,
});

export const sources = {
  enBands: clause("EN 50291-1", "alarm conditions 30/50/100/300 ppm", "m"),
  ulBands: clause("UL 2034", "alarm conditions 70/150/400 ppm, 30 ppm for 30 days", "h"),
  ulDose: clause("UL 2034", "COHb curve, 10 % COHb", "l"),
  cohbForm: clause("UL 2034", "linear Coburn-Forster-Kane form, 218 and 2398", "h"),
  cohbUptake: clause("UL 2034", "B = 0.0404 for uptake", "l"),
  cohbWashOut: clause("OSHA", "COHb half-life in air about 320 min", "m"),
  gb2019SetPoint: clause("GB 15322.2-2019", "combustible set point 5-25 %LEL", "l"),
  gb2019Co: clause("GB 15322.2-2019", "CO set point 150-300 ppm", "l"),
  gb2019Response: clause("GB 15322.2-2019", "response: gas at most 30 s, CO at most 60 s", "l"),
  gb2019Tolerance: clause("GB 15322.2-2019", "action value ±3 %LEL, CO ±50 ppm", "l"),
  gb2026Window: clause(
    "GB 15322.2 (2026 edition, announced 2026-02-06)",
    "alarm time at least 15 s and at most 60 s",
    "h",
  ),
  whoAverages: clause("WHO Air Quality Guidelines for Europe 2000", "CO 90/50/25/10 ppm", "h"),
  lelUsual: clause("LEL tables", "methane 5.0, propane 2.1, hydrogen 4.0 %vol", "h"),
  lelIec: clause("IEC 60079-20-1 as cited", "methane 4.4, propane 1.7, hydrogen 4.0 %vol", "m"),
  chatter: clause("docs/people.md", "§1.3: three alarms in 10 min chatter", "h"),
  hush: clause("docs/standards.md", "§6.2: detectors mute for 10 min", "h"),
  hushLevel: clause("docs/standards.md", "§6.2: makers allow a hush below 150 ppm of CO", "m"),
  shelving: clause("docs/people.md", "§1.3: shelve at most 24 h, not an active danger", "h"),
  faultWithin100s: clause("GB/T 45839-2025", "local fault signal within 100 s", "h"),
  latching: clause("GB/T 45839-2025", "alarm state held until manual reset", "h"),
  warmUp: clause("GB 15322.2-2019", "3.3.7 alarm during warm-up", "h"),
  canary: clause("Canary", "本项目自定 our own choice, docs/standards.md §9", "h"),
} as const satisfies Record<string, Clause>;
