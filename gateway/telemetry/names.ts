import type { Database } from "better-sqlite3";
import { bootId } from "#domain/ids.ts";
import type { Series } from "#domain/telemetry.ts";

/** Series and boots, which every block has and few are different, by number. */
export const openNames = (db: Database) => {
  const table = (name: "series" | "boot", column: "json" | "name") => {
    const all = db.prepare<[], { id: number; text: string }>(
      `SELECT id, ${column} AS text FROM ${name}`,
    );
    const insert = db.prepare(`INSERT INTO ${name} (${column}) VALUES (?) ON CONFLICT DO NOTHING`);
    const find = db.prepare<[string], { id: number }>(`SELECT id FROM ${name} WHERE ${column} = ?`);
    const textById = new Map(all.all().map(({ id, text }) => [id, text]));
    return {
      // Asked anew each time: what a transaction that failed has inserted is not there.
      number: (text: string): number => {
        insert.run(text);
        const id = find.get(text)?.id;
        if (id === undefined) throw new Error(`telemetry: ${name} was not kept`);
        textById.set(id, text);
        return id;
      },
      text: (id: number): string => {
        const text = textById.get(id);
        if (text === undefined) throw new Error(`telemetry: no ${name} ${id}`);
        return text;
      },
    };
  };
  const series = table("series", "json");
  const boots = table("boot", "name");
  const parsed = new Map<string, Series>();

  return {
    seriesNumber: (one: Series): number => series.number(seriesText(one)),
    bootNumber: (name: string): number => boots.number(name),
    boot: (id: number) => bootId(boots.text(id)),
    series: (id: number): Series => {
      const text = series.text(id);
      const known = parsed.get(text);
      if (known !== undefined) return known;
      // Our own writing, by `seriesText`.
      const one: Series = JSON.parse(text);
      parsed.set(text, one);
      return one;
    },
  };
};

const seriesText = ({ detector, gas, mark, lelPercentVolume, silenceMs }: Series): string =>
  JSON.stringify({ detector, gas, mark, lelPercentVolume, silenceMs });
