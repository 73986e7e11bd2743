import { noticeId } from "#domain/notice.ts";
import { expect, test } from "vitest";
import { openGateway } from "./open-gateway.ts";

const kitchen = "xian-2-1-603";

test("what left unwritten and was forgotten by a restart never shares its id with what happens later", async () => {
  const street = await openGateway();
  await street.says(kitchen, { co_ppm: 80, status: ["alarm"] });
  street.setDisk("failing");
  street.time.advance(5_000);
  await street.says(kitchen, { co_ppm: 2, status: [] });
  const forgotten = street.leftUnwritten.map(noticeId);
  expect(forgotten).toHaveLength(1);

  await street.crashAndRestart();
  street.setDisk("well");
  street.time.advance(5_000);
  await street.says(kitchen, { co_ppm: 2, status: [] });

  const written = (await street.alarms()).map(({ event }) => event);
  expect(written.map(({ kind }) => kind)).toEqual(["raised", "returned"]);
  expect(written.map(({ id }) => id)).not.toContain(forgotten[0]);
});
