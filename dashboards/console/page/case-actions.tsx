import { useEffect, useState } from "react";
import type { ActInput } from "#domain/case-input.ts";
import type { CaseDetail } from "#domain/case-view.ts";
import type { Bilingual } from "#domain/result.ts";
import { caseText } from "../words/case-words.ts";
import { useWords } from "../words/language.tsx";
import { CaseForm } from "./case-form.tsx";

type Offer = CaseDetail["actions"][number];

interface Props {
  readonly detail: CaseDetail;
  readonly busy: boolean;
  readonly trouble: Bilingual | undefined;
  readonly onAct: (offer: Offer, input: ActInput) => Promise<boolean>;
  readonly onNote: (input: ActInput) => Promise<boolean>;
}

/** The steps a case is waiting for; the others stand beside them. */
const onward: ReadonlySet<string> = new Set([
  "accept",
  "dispatch",
  "take",
  "arrive",
  "submit",
  "review_pass",
  "close",
]);

/** What this person may do as buttons; what not, disabled and with the reason in words. */
export const CaseActions = ({ detail, busy, trouble, onAct, onNote }: Props) => {
  const { say } = useWords();
  const [chosen, choose] = useState<string>();
  const allowed = detail.actions.filter((offer) => offer.allowed);
  const refused = detail.actions.filter((offer) => !offer.allowed);
  const open = allowed.find(({ step }) => step === chosen);
  const hasPhoto = detail.evidence.some(({ kind }) => kind === "photo");
  const escalate = allowed.find(({ action }) => action === "escalate")?.step;

  useEscalateKey(escalate, choose);

  const finish = (done: boolean): void => {
    if (done) choose(undefined);
  };
  const press = (offer: Offer): void => {
    // Nothing to ask: one press is the step.
    if (offer.needs.length === 0) void onAct(offer, {}).then(finish);
    else choose(offer.step);
  };

  return (
    <section className="steps">
      <h3>{say(caseText.steps)}</h3>
      <p className="trouble" role="alert">
        {trouble && say(trouble)}
      </p>
      {allowed.length === 0 && <p>{say(caseText.noSteps)}</p>}
      <NextSteps offers={refused.filter(({ action }) => onward.has(action))} />
      <p className="buttons">
        {allowed.map((offer) => (
          <button
            key={offer.step}
            type="button"
            className={onward.has(offer.action) ? "primary" : undefined}
            aria-expanded={offer.needs.length === 0 ? undefined : offer.step === chosen}
            aria-disabled={busy}
            onClick={() => press(offer)}
          >
            {say(offer.name)}
            {offer.action === "escalate" && <kbd>F4</kbd>}
          </button>
        ))}
        <button type="button" aria-expanded={chosen === "note"} onClick={() => choose("note")}>
          {say(caseText.note)}
        </button>
      </p>
      {open !== undefined && (
        <CaseForm
          key={open.step}
          name={open.name}
          needs={open.needs.filter((need) => need !== "photo" || !hasPhoto)}
          submitWord={caseText.submitStep(open.name)}
          busy={busy}
          onSubmit={(input) => void onAct(open, input).then(finish)}
          onCancel={() => choose(undefined)}
        />
      )}
      {chosen === "note" && (
        <CaseForm
          name={caseText.note}
          needs={["note"]}
          submitWord={caseText.submitNote}
          busy={busy}
          onSubmit={(input) => void onNote(input).then(finish)}
          onCancel={() => choose(undefined)}
        />
      )}
      <Refused offers={refused.filter(({ action }) => !onward.has(action))} />
    </section>
  );
};

/** `F4` opens the form of reporting it up, where that may be done. */
const useEscalateKey = (escalate: string | undefined, choose: (step: string) => void): void => {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "F4" || event.altKey || event.isComposing || escalate === undefined) return;
      event.preventDefault();
      choose(escalate);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [escalate, choose]);
};

/** What the case waits for, if not for this person or not yet: said openly, or they look in vain. */
const NextSteps = ({ offers }: { readonly offers: readonly Offer[] }) => {
  const { say } = useWords();
  if (offers.length === 0) return undefined;
  return (
    <>
      <h4>{say(caseText.nextSteps)}</h4>
      <RefusedSteps offers={offers} />
    </>
  );
};

const Refused = ({ offers }: { readonly offers: readonly Offer[] }) => {
  const { say } = useWords();
  if (offers.length === 0) return undefined;
  return (
    <details>
      <summary>{say(caseText.refusedSteps(offers.length))}</summary>
      <RefusedSteps offers={offers} />
    </details>
  );
};

const RefusedSteps = ({ offers }: { readonly offers: readonly Offer[] }) => {
  const { say } = useWords();
  return (
    <ul className="lines">
      {offers.map(({ step, name, reason }) => (
        <li key={step}>
          <button type="button" disabled aria-describedby={`why-${step}`}>
            {say(name)}
          </button>{" "}
          <span id={`why-${step}`}>{reason && say(reason)}</span>
        </li>
      ))}
    </ul>
  );
};
