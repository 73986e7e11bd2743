import type { ActionEvent } from "./action.ts";
import { isDanger, type AlarmNotice } from "./alarm.ts";
import type { GatewayId } from "./ids.ts";
import type { StreetEvent } from "./street-event.ts";
import type { Instant } from "./time.ts";
import type { Lane } from "./lane.ts";

/** Something done to a detector's alarms. */
export interface ActionNotice {
  readonly action: ActionEvent;
  readonly where: { readonly gateway: GatewayId };
  readonly drill: boolean;
}

/** Something about many homes at once. */
export interface StreetNotice {
  readonly street: StreetEvent;
  readonly where: { readonly gateway: GatewayId };
  readonly drill: boolean;
}

/** Whatever is written, numbered and sent to the center. */
export type Notice = AlarmNotice | ActionNotice | StreetNotice;

/** What a notice tells of: its name, its time, what it is about, and how urgent it travels. */
export interface NoticeFacts {
  readonly id: string;
  readonly at: Instant;
  /** The detector, or what the homes have in common. */
  readonly subject: string;
  readonly lane: Lane;
}

export const noticeFacts = (notice: Notice): NoticeFacts => {
  if ("event" in notice) {
    const { id, at, detector, alarmClass, held } = notice.event;
    // Gas and CO have the alarm lane to themselves; rules on trial have no urgency at all.
    const urgent = isDanger(alarmClass) && held?.by !== "shadow";
    return { id, at, subject: detector, lane: urgent ? "alarm" : "state" };
  }
  if ("action" in notice) {
    const { id, at, detector } = notice.action;
    return { id, at, subject: detector, lane: "action" };
  }
  const { id, at, group } = notice.street;
  return { id, at, subject: group, lane: "state" };
};

/** The same however often it is written or sent: the key by which repeats are told. */
export const noticeId = (notice: Notice): string => noticeFacts(notice).id;
