/** What of its disk a gateway gives to measured values, and what it keeps back for alarms. */
import { Type } from "typebox";

const strict = { additionalProperties: false };

export const StoreSchema = Type.Object(
  {
    telemetryBytes: Type.Integer({
      minimum: 4 * 1_024 * 1_024,
      default: 256 * 1_024 * 1_024,
      description:
        "readings kept on this gateway's disk until the center has them; when full, the oldest are thinned, then dropped. Alarms have no limit",
    }),
    reserveBytes: Type.Integer({
      minimum: 0,
      default: 16 * 1_024 * 1_024,
      description: "room kept on the disk for alarms when it is full; 0: none",
    }),
    flushSeconds: Type.Integer({
      minimum: 10,
      maximum: 3_600,
      default: 600,
      description: "readings are written this often: less is newer charts and more wear",
    }),
    deadBands: Type.Record(
      Type.String(),
      Type.Object(
        {
          coPpm: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
          lel: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
        },
        strict,
      ),
      {
        default: {},
        description:
          "by device profile: smaller moves within a minute are not told apart; 5 ppm and 2 %LEL when absent. Lowest, highest and mean are always exact",
      },
    ),
  },
  { ...strict, default: {} },
);
