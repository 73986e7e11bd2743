import type { SiteMistake } from "#platform/site-file/mistakes.ts";
import type { Site } from "#platform/site-file/schema.ts";

/** Two sinks of one id would move one cursor, and each would miss what the other got. */
export const checkSinks = ({ center: { sinks } }: Site): readonly SiteMistake[] => {
  const ids = sinks.map(({ id }) => id);
  return ids.flatMap((id, index) =>
    ids.indexOf(id) === index
      ? []
      : [
          {
            path: ["center", "sinks", index, "id"],
            text: { zh: `「${id}」重复,前面已用过`, en: `"${id}" is used twice` },
          },
        ],
  );
};
