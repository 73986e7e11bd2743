import { useState } from "react";
import type { CaseDetail } from "#domain/case-view.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import { caseText } from "../words/case-words.ts";
import { nameAlarm } from "../words/format.ts";
import { useWords } from "../words/language.tsx";
import { CaseForm } from "./case-form.tsx";

interface Props {
  readonly detail: CaseDetail;
  readonly busy: boolean;
  readonly onEnd: (alarm: DeskAlarm, reason: string) => Promise<boolean>;
}

/** Alarms that their gateway may never end: a person can, or reads here why not yet. */
export const CaseEnds = ({ detail, busy, onEnd }: Props) => {
  const { say } = useWords();
  const [chosen, choose] = useState<string>();
  if (detail.ends.length === 0) return undefined;
  return (
    <section className="steps">
      <h3>{say(caseText.forgotten)}</h3>
      <p>{say(caseText.forgottenWhat)}</p>
      <ul className="lines">
        {detail.ends.map(({ episode, allowed, reason }) => {
          const alarm = detail.alarms.find((one) => one.episode === episode);
          if (alarm === undefined) return undefined;
          return (
            <li key={episode}>
              <b>{say(nameAlarm(alarm))}</b> {alarm.notice.event.detector}{" "}
              <button
                type="button"
                disabled={!allowed}
                aria-expanded={allowed ? chosen === episode : undefined}
                aria-describedby={`why-end-${episode}`}
                onClick={() => choose(episode)}
              >
                {say(caseText.endAlarm)}
              </button>{" "}
              <span id={`why-end-${episode}`}>{reason && say(reason)}</span>
              {allowed && chosen === episode && (
                <CaseForm
                  name={caseText.endAlarm}
                  needs={["reason"]}
                  submitWord={caseText.submitStep(caseText.endAlarm)}
                  busy={busy}
                  onSubmit={({ reason: why = "" }) =>
                    void onEnd(alarm, why).then((done) => {
                      if (done) choose(undefined);
                    })
                  }
                  onCancel={() => choose(undefined)}
                />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
};
