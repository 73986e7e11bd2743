import { monoMs, type MonoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { UplinkState } from "../uplinks/uplink.ts";
import type { LinkPicture } from "./protection.ts";

/**
 * What the buzzers must know of the center, from the uplink's state at each asking.
 *
 * No answer and no connection: the link is lost. A connection over which nothing, or not the alarm,
 * is confirmed: no receipt. The silence counts from when it was first seen, however often the
 * connection comes and goes meanwhile; an alarm's from when it happened, cut off or not: a buzzer
 * that sounds only for want of a receipt must not fall silent because the cable is cut as well.
 *
 * `wasLost`: a buzzer sounded for it when the last process ended; it goes on until the center is heard.
 */
export const createLinkPicture = (
  clock: Clock,
  read: () => Pick<UplinkState, "link" | "connected" | "alarmWaitsSinceMs">,
  wasLost = false,
): (() => LinkPicture) => {
  let silentSinceMs = wasLost ? longAgo : undefined;
  return () => {
    const { link, connected, alarmWaitsSinceMs } = read();
    silentSinceMs = link === "lost" ? (silentSinceMs ?? clock.now().monoMs) : undefined;
    return connected
      ? {
          linkLostSinceMs: undefined,
          unconfirmedSinceMs: earlier(silentSinceMs, alarmWaitsSinceMs),
        }
      : { linkLostSinceMs: silentSinceMs, unconfirmedSinceMs: alarmWaitsSinceMs };
  };
};

const longAgo = monoMs(Number.NEGATIVE_INFINITY);

const earlier = (a: MonoMs | undefined, b: MonoMs | undefined): MonoMs | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;
