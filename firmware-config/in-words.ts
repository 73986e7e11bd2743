import type { Finding } from "#domain/reading.ts";

/**
 * One finding as a short technical line, for `canary decode`, logs and golden tests:
 * `co 31.5 ppm`, `methane 2.1 %LEL (LEL 5 %vol) over-range`, `co ALARM high`, `co no alarm`,
 * `co warming-up [31.5]`, `battery-low yes`, `FAULT wrong-type co_ppm`.
 */
export const inWords = (finding: Finding): string => {
  switch (finding.kind) {
    case "level": {
      const { level } = finding;
      const value =
        level.gas === "co"
          ? `co ${short(level.ppm)} ppm`
          : `${level.gas} ${short(level.lel)} %LEL (LEL ${level.lelPercentVolume} %vol)`;
      return finding.overRange ? `${value} over-range` : value;
    }
    case "no-level":
      return `${finding.gas} ${finding.quality} [${finding.raw}]`;
    case "verdict":
      if (!finding.alarming) return `${finding.gas} no alarm`;
      return `${finding.gas} ALARM${finding.grade ? ` ${finding.grade}` : ""}`;
    case "condition":
      return `${finding.condition} ${finding.present ? "yes" : "no"}`;
    case "fault":
      return `FAULT ${finding.fault.code} ${finding.fault.at}`;
  }
};

/** Six digits are more than any of these sensors has. */
const short = (value: number): string => String(Number(value.toPrecision(6)));
