import { caseStateName } from "#domain/case.ts";
import type { PageView } from "#domain/case-view.ts";
import { sortCases, type WorkState } from "../state/work-state.ts";
import { caseText } from "../words/case-words.ts";
import { formatMoment, formatTimer } from "../words/format.ts";
import { useWords } from "../words/language.tsx";
import { Badge } from "./badge.tsx";
import { useNowMs } from "./pulse-context.tsx";

interface CasesProps {
  readonly work: WorkState;
  readonly onOpen: (id: string) => void;
}

/** Every open case: also of alarms that are signed for, over, and gone from the queue. */
export const CaseList = ({ work, onOpen }: CasesProps) => {
  const { say } = useWords();
  const nowMs = useNowMs();
  const cases = sortCases(work.cases.values());
  return (
    <>
      <Trouble work={work} />
      {cases.length === 0 && <p>{say(caseText.noCases)}</p>}
      <ul className="lines">
        {cases.map(({ id, priority, place, title, state, signedAtMs, assignee, nextClockAtMs }) => (
          <li key={id}>
            <Badge priority={priority} /> <b>{title ? say(title) : place}</b>{" "}
            {say(caseStateName(state, signedAtMs))} {assignee}
            {nextClockAtMs !== undefined && nextClockAtMs > nowMs && (
              <time> · {formatTimer(nextClockAtMs - nowMs)}</time>
            )}{" "}
            <button type="button" onClick={() => onOpen(id)}>
              {say(caseText.openIt(id))}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
};

interface NoticesProps {
  readonly work: WorkState;
  readonly onOpen: (id: string) => void;
  readonly onRead: (page: PageView) => void;
}

/** What this login has been told and has not read. */
export const Notices = ({ work, onOpen, onRead }: NoticesProps) => {
  const { say } = useWords();
  return (
    <>
      <Trouble work={work} />
      <p>{say(work.pages.length === 0 ? caseText.noNotices : caseText.notSigning)}</p>
      <ul className="lines">
        {work.pages.map((page) => (
          <li key={page.id}>
            <Badge priority={page.priority} /> <time>{formatMoment(page.atMs)}</time>{" "}
            {say(page.text)}
            <p className="buttons">
              <button type="button" onClick={() => onOpen(page.caseId)}>
                {say(caseText.openIt(page.caseId))}
              </button>
              <button type="button" onClick={() => onRead(page)}>
                {say(caseText.read)}
                <span className="unseen"> {page.caseId}</span>
              </button>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
};

const Trouble = ({ work }: { readonly work: WorkState }) => {
  const { say } = useWords();
  if (work.trouble === undefined) return undefined;
  return (
    <p className="trouble">
      {say(caseText.listTrouble)}
      {say(work.trouble)}
    </p>
  );
};
