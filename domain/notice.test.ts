import { expect, test } from "vitest";
import { sampleNotice } from "#gateway/journal/sample-notice.ts";
import { bootId, detectorId, gatewayId } from "./ids.ts";
import { noticeFacts, noticeId, type Notice } from "./notice.ts";
import { epochMs, monoMs } from "./quantity.ts";
import { parseUpMessage } from "./wire.ts";
import { volatileMessage } from "#gateway/uplinks/messages.ts";

const at = { bootId: bootId("boot-1"), monoMs: monoMs(5_000), wallMs: epochMs(1_795_000_000_000) };
const where = { gateway: gatewayId("gateway-1") };
const shelved: Notice = {
  action: {
    id: "kitchen-603:shelved:battery-low:boot-1:5000",
    kind: "shelved",
    detector: detectorId("kitchen-603"),
    rule: "battery-low",
    by: "li-min",
    reason: "换电池的人下午到",
    at,
    untilWallMs: at.wallMs + 3_600_000,
  },
  where,
  drill: false,
};
const storm: Notice = {
  street: {
    id: "building:喜安/2:storm-begun:boot-1:5000",
    kind: "storm-begun",
    group: "building:喜安/2",
    priority: 2,
    text: { zh: "报警集中", en: "many alarms at once" },
    at,
    members: [detectorId("kitchen-603")],
    alarms: 6,
  },
  where,
  drill: true,
};

test("each kind of notice travels in its lane under its own name", () => {
  const alarm = sampleNotice("leak");
  expect([alarm, shelved, storm].map((one) => noticeFacts(one).lane)).toEqual([
    "alarm",
    "action",
    "state",
  ]);
  expect(noticeId(alarm)).toBe("leak");
  expect(noticeId(shelved)).toBe(shelved.action.id);
  expect(noticeFacts(storm).subject).toBe("building:喜安/2");
});

test("gas judged by rules on trial does not travel in the alarm lane", () => {
  const { event, ...rest } = sampleNotice("leak");
  const held = { by: "shadow", who: "gb-2026", reason: "rules on trial" } as const;
  expect(noticeFacts({ ...rest, event: { ...event, held } }).lane).toBe("state");
});

test("what is sent is read back as it was, and an unknown version is named", () => {
  for (const notice of [sampleNotice("leak"), shelved, storm]) {
    const message = volatileMessage(where.gateway, notice, at);
    const read = parseUpMessage(JSON.stringify(message));
    expect(read).toEqual({ ok: true, value: message });
    expect(message.data).toEqual(notice);
    const newer = { ...message, type: message.type.replace("v1", "v9") };
    expect(parseUpMessage(JSON.stringify(newer))).toEqual({
      ok: false,
      error: { kind: "unknown-type", type: newer.type },
    });
  }
});
