import { useCallback, useRef, useState } from "react";
import type { DeskAlarm } from "#domain/desk.ts";
import type { Bilingual } from "#domain/result.ts";
import { explainApiError, signAlarm, type ApiError, type User } from "../outside/api.ts";
import { newKey } from "../outside/new-key.ts";
import { isSigned, type DeskChange } from "../state/desk-state.ts";
import { formatClock, namePlace } from "../words/format.ts";
import { text } from "../words/text.ts";

/** How a signature stands at this seat; absent: nothing is under way. */
export type Signing =
  { readonly kind: "sending" } | { readonly kind: "failed"; readonly why: Bilingual };

interface Seat {
  readonly user: User;
  readonly change: (change: DeskChange) => void;
  readonly say: (message: Bilingual) => void;
  readonly onSignedOut: () => void;
}

/**
 * Sends signatures. The person sees at the row whether one is under way, failed or stands; a repeat
 * after a lost answer carries the same key, so it is one signature however often it is pressed.
 */
export const useSigning = ({ user, change, say, onSignedOut }: Seat) => {
  const [signing, setSigning] = useState<ReadonlyMap<string, Signing>>(new Map());
  const keys = useRef(new Map<string, string>());
  const underWay = useRef(new Set<string>());

  const note = useCallback((episode: string, state: Signing | undefined) => {
    setSigning((before) => {
      const after = new Map(before);
      if (state === undefined) after.delete(episode);
      else after.set(episode, state);
      return after;
    });
  }, []);

  const sign = useCallback(
    (alarm: DeskAlarm) => {
      const { episode } = alarm;
      if (underWay.current.has(episode)) return;
      if (isSigned(alarm)) return say(describe(alarm, user));
      const wish = `${episode} ${alarm.case.version}`;
      const key = keys.current.get(wish) ?? newKey();
      keys.current.set(wish, key);
      underWay.current.add(episode);
      note(episode, { kind: "sending" });

      void signAlarm(episode, alarm.case.version, key).then((answer) => {
        underWay.current.delete(episode);
        const current = answer.ok
          ? answer.value
          : answer.error.kind === "conflict"
            ? answer.error.current
            : undefined;
        if (current !== undefined) {
          keys.current.delete(wish);
          change({ kind: "answered", alarm: current });
          note(episode, isSigned(current) ? undefined : { kind: "failed", why: text.stateChanged });
          say(isSigned(current) ? describe(current, user) : text.stateChanged);
        } else if (!answer.ok) {
          const why = explain(answer.error);
          note(episode, { kind: "failed", why });
          say(why);
          if (answer.error.kind === "signed-out") onSignedOut();
        }
      });
    },
    [user, change, say, note, onSignedOut],
  );

  return { signing, sign };
};

const explain = (error: ApiError): Bilingual =>
  error.kind === "unreachable" ? text.signNotSent : explainApiError(error);

const describe = (alarm: DeskAlarm, user: User): Bilingual => {
  const { acceptedBy, acceptedAtMs } = alarm.case;
  const where = namePlace(alarm);
  const in2 = (make: (where: string) => Bilingual): Bilingual => ({
    zh: make(where.zh).zh,
    en: make(where.en).en,
  });
  if (acceptedBy === undefined || acceptedAtMs === undefined) return in2(text.alreadySigned);
  const at = formatClock(acceptedAtMs);
  return acceptedBy === user.name
    ? in2((place) => text.youSigned(place, at))
    : in2((place) => text.otherSigned(place, acceptedBy, at));
};
