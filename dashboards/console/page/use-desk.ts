import { useEffect, useReducer, useRef, useState } from "react";
import { createPulseWatch, readHeartbeatMs } from "../outside/pulse-watch.ts";
import type { Siren } from "../outside/siren.ts";
import { followDesk } from "../outside/stream.ts";
import { changeDesk, emptyDesk } from "../state/desk-state.ts";
import { chimesFor } from "../state/sound-plan.ts";
import { useWork } from "./use-work.ts";

/** The desk as the center tells it, kept up to date for as long as the page is open. */
export const useDesk = (siren: Siren, onSignedOut: () => void) => {
  const [desk, change] = useReducer(changeDesk, emptyDesk);
  const { work, changeWork, loadWork, hearWork } = useWork();
  const [watch] = useState(() => createPulseWatch(readHeartbeatMs()));

  useEffect(() => watch.start(), [watch]);
  useEffect(
    () =>
      followDesk(
        {
          onDesk: (picture) => {
            watch.heard(picture.nowMs);
            change({ kind: "desk", desk: picture });
            loadWork();
          },
          onEvents: (events) => {
            const heartbeat = events.findLast(({ kind }) => kind === "heartbeat");
            for (const event of events) if (event.kind !== "heartbeat") change(event);
            watch.heard(heartbeat?.kind === "heartbeat" ? heartbeat.data.nowMs : undefined);
          },
          onWork: hearWork,
          onSignedOut,
        },
        readHeartbeatMs(),
      ),
    [watch, onSignedOut, loadWork, hearWork],
  );

  const before = useRef(desk);
  useEffect(() => {
    if (before.current.loaded && chimesFor(before.current.alarms, desk.alarms).length > 0)
      siren.chime();
    before.current = desk;
  }, [desk, siren]);

  return { desk, change, watch, work, changeWork };
};
