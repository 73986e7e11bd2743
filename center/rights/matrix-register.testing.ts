/** One good request for each route of the register's entries. */
import { kindFacts, registerKinds } from "../register/kinds.ts";
import { includes, named, of, type RequestOf, type Thing } from "./matrix-ask.testing.ts";

const reason = { reason: "居民来电要求" };
const first = { headers: { "if-match": '"1"' } };

/** What is new, and what changes, for each kind of the register. */
const facts: Readonly<
  Record<(typeof registerKinds)[number], { readonly fresh: object; readonly field: string }>
> = {
  areas: {
    fresh: { kind: "grid", parent: "xian", nameZh: "网格", nameEn: "grid" },
    field: "nameEn",
  },
  buildings: { fresh: { area: "xian", name: "9栋" }, field: "name" },
  households: { fresh: { building: "b-xian", address: "2栋101" }, field: "address" },
  points: { fresh: { building: "b-xian", household: null, place: "楼道" }, field: "place" },
  gateways: { fresh: { area: "xian", place: "门房" }, field: "place" },
};

export const registerRequests: Readonly<Record<string, RequestOf>> = Object.fromEntries(
  registerKinds.flatMap((kind): readonly (readonly [string, RequestOf])[] => {
    const path = `/register/${kind}`;
    const route = (method: string, rest = "") => `${method} /api/v1${path}${rest}`;
    const { fresh, field } = facts[kind];
    const entry =
      (rest = "") =>
      ({ name }: Thing) =>
        `${path}/${name}${rest}`;
    return [
      [
        route("GET"),
        {
          ask: of("GET", ({ name }) => `${path}?limit=200&cursor=${before(name)}`),
          outside: false,
          shows: named,
        },
      ],
      [route("GET", "/:id"), { ask: of("GET", entry()), outside: 404, shows: named }],
      [
        route("POST"),
        {
          ask: (thing) => ({
            method: "POST",
            path: `/api/v1${path}`,
            body: { id: `new-${thing.name}`, facts: fresh },
          }),
          by: kindFacts[kind].writers,
          outside: 422,
          shows: includes("new-thing"),
        },
      ],
      [
        route("PATCH", "/:id"),
        {
          ask: of("PATCH", entry(), { body: { facts: { [field]: "另一个" } }, ...first }),
          by: kindFacts[kind].writers,
          outside: 404,
          shows: includes('"version":2'),
        },
      ],
      [
        route("POST", "/:id/retire"),
        {
          ask: of("POST", entry("/retire"), { body: reason, ...first }),
          by: kindFacts[kind].writers,
          outside: 404,
          shows: includes("retiredAtMs"),
        },
      ],
    ];
  }),
);

/** Just before this name in a list ordered by name. */
const before = (name: string): string => name.slice(0, -1);
