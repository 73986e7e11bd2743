/** Alarms of a whole street at once, as the center gets them: many gateways, each home its own. */
import { createHash } from "node:crypto";
import { bootId, detectorId, episodeId, eventId, gatewayId, journalId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import { upTopic } from "#domain/wire.ts";
import type { UpDelivery } from "#center/intake/read-message.ts";
import { sampleNotice } from "#gateway/journal/sample-notice.ts";
import { recordMessage } from "#gateway/uplinks/messages.ts";

export const gatewaysOfStorm = 16;
export const gatewayName = (index: number): string => `gw-${index % gatewaysOfStorm}`;

/** Critical alarm `index` of the storm called `name`, in home `place`. */
export const alarmOfHome = (name: string, index: number, place: number) => {
  const notice = sampleNotice(`${name}-${index}`);
  const home = `${name}-home-${place}`;
  return {
    ...notice,
    event: {
      ...notice.event,
      id: eventId(`${home}/co/${index}/raised`),
      episode: episodeId(`${home}/co/${index}`),
      detector: detectorId(home),
    },
    where: {
      ...notice.where,
      gateway: gatewayId(gatewayName(index)),
      address: { text: `基准街道${home}`, building: name, room: String(place) },
    },
  };
};

/** Numbered and chained as the journals of its gateways would. */
export const alarmsOfHomes = (
  name: string,
  count: number,
  homes = count,
): readonly UpDelivery[] => {
  const now = {
    bootId: bootId("boot-1"),
    monoMs: monoMs(1_500),
    wallMs: epochMs(1_795_000_000_500),
  };
  const text = new TextEncoder();
  return Array.from({ length: count }, (_, index) => {
    const gateway = gatewayId(gatewayName(index));
    const seq = Math.floor(index / gatewaysOfStorm) + 1;
    const journal = `${name}-${gateway}`;
    const message = recordMessage(
      gateway,
      {
        seq,
        journalId: journalId(journal),
        lane: "alarm",
        notice: alarmOfHome(name, index, index % homes),
        prev: hashAt(journal, seq - 1),
        hash: hashAt(journal, seq),
      },
      now,
    );
    return { topic: upTopic(gateway, "alarm"), payload: text.encode(JSON.stringify(message)) };
  });
};

const hashAt = (journal: string, seq: number): string =>
  createHash("sha256").update(`${journal} ${seq}`).digest("hex");
