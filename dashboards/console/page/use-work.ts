import { useCallback, useMemo, useReducer } from "react";
import { explainApiError } from "../outside/api.ts";
import { fetchOpenCases, fetchUnreadPages } from "../outside/case-api.ts";
import { createGatherer } from "../outside/gather.ts";
import type { WorkEvent } from "../outside/stream.ts";
import { changeWork, noWork } from "../state/work-state.ts";

/** In a flood of pages the list is asked for this often at most. */
const pagesPauseMs = 1_000;

/** Open cases and unread pages, kept up to date by the stream. */
export const useWork = () => {
  const [work, changeIt] = useReducer(changeWork, noWork);

  const loadPages = useCallback(() => {
    void fetchUnreadPages().then((answer) =>
      changeIt(
        answer.ok
          ? { kind: "pages", pages: answer.value.items }
          : { kind: "trouble", why: explainApiError(answer.error) },
      ),
    );
  }, []);
  const told = useMemo(() => createGatherer<WorkEvent>(loadPages, pagesPauseMs), [loadPages]);

  /** The whole of it: at the start and after every loss of the stream. */
  const load = useCallback(() => {
    void fetchOpenCases().then((answer) =>
      changeIt(
        answer.ok
          ? { kind: "cases", cases: answer.value.items }
          : { kind: "trouble", why: explainApiError(answer.error) },
      ),
    );
    loadPages();
  }, [loadPages]);

  // Who a page is for depends on roles, which the center knows: it is asked again.
  const hear = useCallback(
    (event: WorkEvent) => (event.kind === "case" ? changeIt(event) : told.add(event)),
    [told],
  );

  return { work, changeWork: changeIt, loadWork: load, hearWork: hear };
};
