import { expect, test } from "vitest";
import { bootId, gatewayId } from "#domain/ids.ts";
import { noticeFacts } from "#domain/notice.ts";
import { createMemoryJournal } from "#gateway/journal/memory-journal.ts";
import { alarmRecord } from "#gateway/journal/sample-notice.ts";
import { recordMessage } from "./messages.ts";

test("a record of an earlier boot names the boot that tells it, one of this boot does not", async () => {
  const [record] = await createMemoryJournal().append([alarmRecord("leak")], []);
  if (record === undefined) throw new Error("nothing was kept");
  const { at } = noticeFacts(record.notice);
  const gateway = gatewayId("gw-1");
  expect(recordMessage(gateway, record, at)).not.toHaveProperty("senderboot");
  const later = { ...at, bootId: bootId("later-boot") };
  expect(recordMessage(gateway, record, later)).toMatchObject({
    bootid: at.bootId,
    senderboot: "later-boot",
    late: true,
  });
});
