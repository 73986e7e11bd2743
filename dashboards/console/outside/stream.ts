import type { StreamEvent } from "#domain/case-view.ts";
import type { Desk, DeskEvent } from "#domain/desk.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { lostAfterHeartbeats, retryDelayMs, shakyAfterHeartbeats } from "../state/pulse.ts";
import { createGatherer } from "./gather.ts";
import { fetchDesk, streamUrl, type ApiError } from "./api.ts";

export interface StreamListener {
  readonly onDesk: (desk: Desk) => void;
  /** In the order of the stream; several at once only in a flood. */
  readonly onEvents: (events: readonly DeskEvent[]) => void;
  /** Cases and pages: people's work, apart from the alarms. */
  readonly onWork: (event: WorkEvent) => void;
  readonly onSignedOut: () => void;
}

export type WorkEvent = Exclude<StreamEvent, DeskEvent>;

/**
 * Follows the desk until closed: whole picture first, then the changes after it, so nothing falls
 * between the two. Whatever goes wrong (refused, cut, silent, half open, position too old) has one
 * cure: drop the stream, wait, begin again with the whole picture.
 */
export const followDesk = (listener: StreamListener, heartbeatMs: number): (() => void) => {
  let closed = false;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | undefined;
  const gatherer = createGatherer(listener.onEvents, floodPauseMs);

  const again = (): void => {
    source?.close();
    gatherer.flush();
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(begin, retryDelayMs(attempt, Math.random()));
    attempt += 1;
  };

  // The watch-dog: a connection that is open but says nothing is dropped like a broken one.
  const expectLife = (withinHeartbeats: number): void => {
    clearTimeout(timer);
    timer = setTimeout(again, withinHeartbeats * heartbeatMs);
  };

  const begin = (): void => {
    void fetchDesk().then((answer: Result<Desk, ApiError>) => {
      if (closed) return;
      if (answer.ok) {
        listener.onDesk(answer.value);
        listen(answer.value.eventId);
      } else if (answer.error.kind === "signed-out") {
        listener.onSignedOut();
      } else {
        again();
      }
    });
  };

  const listen = (eventId: number): void => {
    source = new EventSource(streamUrl(eventId));
    const take = (event: DeskEvent): void => {
      attempt = 0;
      expectLife(shakyAfterHeartbeats);
      gatherer.add(event);
    };
    for (const kind of kinds)
      source.addEventListener(kind, (message: MessageEvent<string>) => {
        const event = parseEvent(kind, message.data);
        // Half an event may have been an alarm: the whole picture will tell.
        if (event.ok) take(event.value);
        else again();
      });
    for (const kind of workKinds)
      source.addEventListener(kind, (message: MessageEvent<string>) => {
        const event = parseWork(kind, message.data);
        if (event.ok) listener.onWork(event.value);
        else again();
      });
    source.addEventListener("reset", again);
    // EventSource would retry by itself, but without noticing a lost session or a new database.
    source.addEventListener("error", again);
    expectLife(lostAfterHeartbeats);
  };

  begin();
  return () => {
    closed = true;
    clearTimeout(timer);
    gatherer.drop();
    source?.close();
  };
};

/** Fast enough to look immediate, slow enough to draw thousands of alarms. */
const floodPauseMs = 100;

const kinds = [
  "alarm",
  "gateway",
  "street",
  "heartbeat",
] as const satisfies readonly DeskEvent["kind"][];

const workKinds = ["case", "page"] as const satisfies readonly WorkEvent["kind"][];

const parseWork = (kind: WorkEvent["kind"], json: string): Result<WorkEvent, "not-json"> => {
  try {
    return ok({ kind, data: JSON.parse(json) });
  } catch {
    return err("not-json");
  }
};

const parseEvent = (kind: DeskEvent["kind"], json: string): Result<DeskEvent, "not-json"> => {
  try {
    return ok({ kind, data: JSON.parse(json) });
  } catch {
    return err("not-json");
  }
};
