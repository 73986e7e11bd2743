/** What the page knows of the desk, and how each message from the center changes it. Pure. */
import { asksForSignature } from "#domain/alarm.ts";
import type { Desk, DeskAlarm, DeskEvent, DeskGateway, StreetView } from "#domain/desk.ts";

export interface DeskState {
  /** False until the center has answered once: nothing may be called empty before. */
  readonly loaded: boolean;
  readonly alarms: ReadonlyMap<string, DeskAlarm>;
  readonly gateways: ReadonlyMap<string, DeskGateway>;
  /** What is told of many homes at once and stands. */
  readonly street: ReadonlyMap<string, StreetView>;
  /** Episodes that began while the page was cut off, until the person has said that they saw them. */
  readonly arrivedWhileAway: ReadonlySet<string>;
}

export type DeskChange =
  /** The whole picture: at the start, and after every loss of the stream. */
  | { readonly kind: "desk"; readonly desk: Desk }
  | Exclude<DeskEvent, { readonly kind: "heartbeat" }>
  /** The center's answer to a signature, ours or the one that was faster. */
  | { readonly kind: "answered"; readonly alarm: DeskAlarm }
  | { readonly kind: "away-seen" };

export const emptyDesk: DeskState = {
  loaded: false,
  alarms: new Map(),
  gateways: new Map(),
  street: new Map(),
  arrivedWhileAway: new Set(),
};

export const changeDesk = (state: DeskState, change: DeskChange): DeskState => {
  switch (change.kind) {
    case "desk":
      return replaceDesk(state, change.desk);
    case "alarm":
      return putAlarm(state, change.data, change.data);
    case "answered": {
      // The stream may have told more than this answer knew; only the case in it is surely new.
      const known = state.alarms.get(change.alarm.episode);
      return putAlarm(state, change.alarm, known ?? change.alarm);
    }
    case "gateway":
      return { ...state, gateways: new Map(state.gateways).set(change.data.id, change.data) };
    case "street":
      return { ...state, street: putStreet(state.street, change.data) };
    case "away-seen":
      return { ...state, arrivedWhileAway: new Set() };
  }
};

/** Signed for by a person. Says nothing about the gas. */
export const isSigned = (alarm: DeskAlarm): boolean => alarm.case.state !== "reported";

/** Rings nobody, because somebody or something answers for that; shown apart, with the reason. */
export const isHeld = (alarm: DeskAlarm): boolean => alarm.held !== undefined;

/**
 * An alarm stays on the desk until it is signed for and back to normal; nothing else removes it, but
 * one that has never rung asks for no signature when it is over.
 */
const isOpen = (alarm: DeskAlarm): boolean =>
  alarm.condition === "active" || (!isSigned(alarm) && asksForSignature(alarm.held));

const replaceDesk = (state: DeskState, desk: Desk): DeskState => {
  const open = desk.alarms.filter(isOpen);
  const fresh = open.filter((alarm) => state.loaded && !state.alarms.has(alarm.episode));
  return {
    loaded: true,
    alarms: new Map(open.map((alarm) => [alarm.episode, alarm])),
    gateways: new Map(desk.gateways.map((gateway) => [gateway.id, gateway])),
    street: new Map(desk.street.map((view) => [view.id, view])),
    arrivedWhileAway: new Set([
      ...[...state.arrivedWhileAway].filter((id) => open.some(({ episode }) => episode === id)),
      ...fresh.map(({ episode }) => episode),
    ]),
  };
};

const putStreet = (street: DeskState["street"], view: StreetView): DeskState["street"] => {
  const after = new Map(street);
  if (view.stands) after.set(view.id, view);
  else after.delete(view.id);
  return after;
};

/** Takes condition and level from `picture`, and the case from whichever version is newer. */
const putAlarm = (state: DeskState, incoming: DeskAlarm, picture: DeskAlarm): DeskState => {
  const known = state.alarms.get(incoming.episode);
  const newest =
    known !== undefined && known.case.version > incoming.case.version ? known.case : incoming.case;
  const alarm = { ...picture, case: newest };
  const alarms = new Map(state.alarms);
  if (isOpen(alarm)) alarms.set(alarm.episode, alarm);
  else alarms.delete(alarm.episode);
  return { ...state, alarms };
};
