import { useEffect, useRef, type ReactNode } from "react";
import { caseStateName, conclusions } from "#domain/case.ts";
import type { CaseDetail, CaseView } from "#domain/case-view.ts";
import type { Bilingual } from "#domain/result.ts";
import { owesUpper } from "../state/owes-upper.ts";
import { caseText, levelWord } from "../words/case-words.ts";
import { text } from "../words/text.ts";
import { formatClock, formatTimer, nameAlarm, returnedWord } from "../words/format.ts";
import { ruleWord } from "../words/rule-words.ts";
import { useWords } from "../words/language.tsx";
import { Badge } from "./badge.tsx";
import { CaseActions } from "./case-actions.tsx";
import { CaseClocks } from "./case-clocks.tsx";
import { CaseEnds } from "./case-ends.tsx";
import { CaseEvidence, CaseTimeline } from "./case-past.tsx";
import { CasePeople } from "./case-people.tsx";
import { useNowMs } from "./pulse-context.tsx";
import { useCase } from "./use-case.ts";

interface Props {
  readonly id: string;
  /** Another one: something was told of the case, it is loaded again. */
  readonly stamp: string;
  readonly onSay: (message: Bilingual) => void;
  readonly onSignedOut: () => void;
}

/** One case beside the queue, never over it: how it stands, what can be done, what was done. */
export const CaseDrawer = ({ id, stamp, onSay, onSignedOut }: Props) => {
  const { say } = useWords();
  const { detail, trouble, busy, act, note, end, upload } = useCase(id, stamp, onSignedOut);
  if (detail === undefined) return <p>{say(trouble ?? caseText.loading)}</p>;
  return (
    <>
      <Head view={detail.case} />
      <CaseActions
        key={id}
        detail={detail}
        busy={busy}
        trouble={trouble}
        onNote={note}
        onAct={async (offer, input) => {
          const done = await act(offer, input);
          if (done) onSay(caseText.done(offer.name, id));
          return done;
        }}
      />
      <CaseEnds
        key={`ends ${id}`}
        detail={detail}
        busy={busy}
        onEnd={async (alarm, reason) => {
          const done = await end(alarm, reason);
          if (done) onSay(caseText.done(caseText.endAlarm, id));
          return done;
        }}
      />
      <CaseEvidence evidence={detail.evidence} busy={busy} onUpload={(file) => void upload(file)} />
      <Members alarms={detail.alarms} />
      {detail.case.household !== undefined && (
        <CasePeople key={`people ${id}`} household={detail.case.household} />
      )}
      <CaseClocks clocks={detail.clocks} />
      <CaseTimeline timeline={detail.timeline} pages={detail.pages} />
    </>
  );
};

const Head = ({ view }: { readonly view: CaseView }) => {
  const { say } = useWords();
  const code = Object.entries(conclusions).find(([one]) => one === view.conclusion);
  return (
    <>
      <p className="address">{view.title ? say(view.title) : view.place}</p>
      <p className="how">
        <Badge priority={view.priority} />
        <strong className="state open">{say(caseStateName(view.state, view.signedAtMs))}</strong>
        <span>
          {say(caseText.levelNow)} {say(levelWord[view.level])}
        </span>
        {owesUpper(view) && <strong className="mark">{say(caseText.upperPending)}</strong>}
        {view.drill && <strong className="mark staged">{say(text.drill)}</strong>}
        {view.test && <strong className="mark staged">{say(text.test)}</strong>}
        {view.recurrenceOf !== undefined && (
          <span className="mark">{say(caseText.recurrence(view.recurrenceOf))}</span>
        )}
        {view.mergedInto !== undefined && (
          <span className="mark">{say(caseText.mergedInto(view.mergedInto))}</span>
        )}
      </p>
      {/* What is closed waits for the archive, not for people. */}
      {view.state !== "closed" && <NextClock atMs={view.nextClockAtMs} />}
      <dl>
        <Fact name={say(caseText.owner)}>{view.signedBy}</Fact>
        <Fact name={say(caseText.assignee)}>
          {[view.assignee, view.team].filter(Boolean).join(" · ")}
        </Fact>
        <Fact name={say(caseText.handler)}>{view.handler}</Fact>
        <Fact name={say(caseText.conclusion)}>{code && say(code[1])}</Fact>
      </dl>
    </>
  );
};

/** `00:39 后通知下一级`: what happens unless somebody acts. */
const NextClock = ({ atMs }: { readonly atMs: number | undefined }) => {
  const { say } = useWords();
  const leftMs = (atMs ?? 0) - useNowMs();
  if (atMs === undefined) return undefined;
  return (
    <p className="next-clock">
      {leftMs > 0 ? (
        <>
          <time>{formatTimer(leftMs)}</time> {say(caseText.next)}
        </>
      ) : (
        say(caseText.nextDue)
      )}
    </p>
  );
};

/** Every alarm of the case stays visible by itself. */
const Members = ({ alarms }: { readonly alarms: CaseDetail["alarms"] }) => {
  const { say } = useWords();
  return (
    <section>
      <h3>{say(caseText.members)}</h3>
      <ul className="lines">
        {alarms.map((alarm) => (
          <li key={alarm.episode}>
            <b>{say(nameAlarm(alarm))}</b> {alarm.notice.event.detector}
            {" · "}
            {say(ruleWord[alarm.notice.event.rule])}
            {" · "}
            {alarm.condition === "returned"
              ? say(returnedWord(alarm))
              : say(alarm.notice.event.cause.text)}
            {" · "}
            {alarm.case.state === "reported"
              ? say(caseText.unsigned)
              : say(
                  text.signedBy(
                    alarm.case.acceptedBy ?? "",
                    alarm.case.acceptedAtMs === undefined
                      ? ""
                      : formatClock(alarm.case.acceptedAtMs),
                  ),
                )}
          </li>
        ))}
      </ul>
    </section>
  );
};

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) =>
  children ? (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  ) : undefined;

interface DrawerProps {
  readonly title: Bilingual;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The right column, beside the queue. `Esc` closes it and never touches an alarm. */
export const Drawer = ({ title, onClose, children }: DrawerProps) => {
  const { say } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [title.en]);
  return (
    <section className="drawer" aria-label={say(title)}>
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {say(title)}
        </h2>
        <button type="button" onClick={onClose}>
          {say(caseText.close)} <kbd>Esc</kbd>
        </button>
      </header>
      <div className="body">{children}</div>
    </section>
  );
};
