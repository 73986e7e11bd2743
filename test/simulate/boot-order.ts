/**
 * What the center can know of the order of its gateway's boots: a card that was full or lied has not
 * kept the name of one, or the status of an older boot comes after the alarms of a newer. It shows
 * an alarm as active then, for seconds; `heal.ts` asks for the right word in the end.
 */
import type { AlarmEvent } from "#domain/alarm.ts";
import { bootsKey } from "#gateway/uplinks/earlier-boots.ts";
import type { CardContent } from "./card.ts";

export const createBootOrder = () => {
  const boots: string[] = [];
  /** A boot that its successor did not find on the card: nobody can tell which of two came first. */
  let isOneForgotten = false;
  /** Boots of which the center has alarms. */
  const heard = new Set<number>();
  /** Those after whose alarms it took in the status of an older one. */
  const overtaken = new Set<number>();
  /** By detector, the newest picture the center has of it. */
  const pictures = new Map<string, { readonly boot: number; readonly monoMs: number }>();

  return {
    begin: (boot: string, card: CardContent): void => {
      const before = boots.at(-1);
      if (before === boot) return;
      isOneForgotten ||= before !== undefined && !bootsOn(card).includes(before);
      boots.push(boot);
    },
    /** The center has committed an event of this boot. */
    heard: (boot: string): void => void heard.add(boots.indexOf(boot)),
    /** The center has committed a message of the gateway. */
    taken: (payload: string): void => {
      const message: Status = JSON.parse(payload);
      if (message.type !== "canary.status.v1") return;
      const boot = boots.indexOf(message.bootid);
      for (const later of heard) if (later > boot) overtaken.add(later);
      const monoMs = Number(message.monoms);
      for (const { detector } of message.data.detectors) {
        const known = pictures.get(detector);
        const isNewer =
          known === undefined ||
          boot > known.boot ||
          (boot === known.boot && monoMs > known.monoMs);
        if (isNewer) pictures.set(detector, { boot, monoMs });
      }
    },
    /** Whether a picture that the center must take for newer than this event may be older. */
    isDoubtful: ({ at, detector }: AlarmEvent): boolean => {
      const boot = boots.indexOf(at.bootId);
      const picture = pictures.get(detector);
      const isFollowed =
        picture !== undefined &&
        (picture.boot > boot || (picture.boot === boot && picture.monoMs > at.monoMs + 1));
      return isOneForgotten || (overtaken.has(boot) && !isFollowed);
    },
  };
};

interface Status {
  readonly type: string;
  readonly bootid: string;
  readonly monoms: string;
  readonly data: { readonly detectors: readonly { readonly detector: string }[] };
}

/** The boots that the card tells the next one of. */
const bootsOn = ({ stateByDetector }: CardContent): readonly string[] => {
  const json = stateByDetector.get(bootsKey);
  return json === undefined ? [] : JSON.parse(json);
};
