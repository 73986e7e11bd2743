import { Type, type Static } from "typebox";

const HistoryPointSchema = Type.Object({
  atMs: Type.Number({ description: "where the bucket begins, epoch ms" }),
  count: Type.Integer({ description: "readings with a value" }),
  min: Type.Optional(Type.Number()),
  max: Type.Optional(
    Type.Number({ description: "no peak is averaged away, however wide the bucket" }),
  ),
  mean: Type.Optional(Type.Number()),
  qualities: Type.Optional(
    Type.Record(Type.String(), Type.Integer(), {
      description: "readings that came without a value, by why: warming-up, sentinel …",
    }),
  ),
  forMs: Type.Optional(
    Type.Number({ description: "present: wider than asked for, nothing finer is kept" }),
  ),
});
export type HistoryPoint = Static<typeof HistoryPointSchema>;

export const HistorySchema = Type.Object({
  gateway: Type.String(),
  detector: Type.String(),
  fromMs: Type.Number(),
  toMs: Type.Number(),
  bucketMs: Type.Number({ description: "width of a point; days begin at midnight in Chengdu" }),
  series: Type.Array(
    Type.Object({
      gas: Type.String(),
      mark: Type.String({ description: "real; test or drill, which never count as real" }),
      unit: Type.String(),
      lelPercentVolume: Type.Optional(Type.Number()),
      silenceMs: Type.Number({ description: "longer without a reading than this is a gap" }),
      points: Type.Array(HistoryPointSchema, {
        description: "a bucket in which nothing was heard has no point",
      }),
      gaps: Type.Array(
        Type.Object({
          fromMs: Type.Number(),
          toMs: Type.Number(),
          open: Type.Optional(
            Type.Boolean({ description: "nothing has come since; it may be on its way" }),
          ),
        }),
        {
          description:
            "nothing was heard; with buckets of an hour and wider, within an hour not told",
        },
      ),
    }),
  ),
  losses: Type.Array(
    Type.Object({
      reason: Type.String({
        description:
          "thinned, store-full, disk, memory, strangers; undated: taken by a clock that was wrong, when cannot be known",
      }),
      fromMs: Type.Number(),
      toMs: Type.Number(),
      readings: Type.Integer(),
    }),
    { description: "what could not be kept, of all detectors of the gateway" },
  ),
});
export type History = Static<typeof HistorySchema>;
