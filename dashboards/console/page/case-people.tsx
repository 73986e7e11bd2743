import { useId, useState, type FormEvent } from "react";
import type { Bilingual } from "#domain/result.ts";
import { explainApiError } from "../outside/api.ts";
import { fetchPeople, revealPerson, type Person } from "../outside/case-api.ts";
import { caseText } from "../words/case-words.ts";
import { useWords } from "../words/language.tsx";

/** Who lives there: asked for by a press, because every look is recorded; in full only for a reason. */
export const CasePeople = ({ household }: { readonly household: string }) => {
  const { say } = useWords();
  const [people, setPeople] = useState<readonly Person[]>();
  const [trouble, setTrouble] = useState<Bilingual>();
  const look = (): void => {
    void fetchPeople(household).then((answer) => {
      if (answer.ok) setPeople(answer.value.items);
      else setTrouble(explainApiError(answer.error));
    });
  };
  const reveal = (id: string, reason: string): void => {
    void revealPerson(id, reason).then((answer) => {
      setTrouble(answer.ok ? undefined : explainApiError(answer.error));
      if (!answer.ok) return;
      const full = answer.value;
      setPeople((before) => before?.map((one) => (one.id === full.id ? full : one)));
    });
  };

  return (
    <section>
      <h3>{say(caseText.people)}</h3>
      <p className="trouble" role="alert">
        {trouble && say(trouble)}
      </p>
      {people === undefined && (
        <button type="button" onClick={look}>
          {say(caseText.showPeople)}
        </button>
      )}
      {people?.length === 0 && <p>{say(caseText.noPeople)}</p>}
      <ul className="lines">
        {people?.map((person) => (
          <li key={person.id}>
            <b>{person.name}</b> {person.phone} {person.address} {person.flags}
            {person.masked && <Reveal onReveal={(reason) => reveal(person.id, reason)} />}
          </li>
        ))}
      </ul>
    </section>
  );
};

const Reveal = ({ onReveal }: { readonly onReveal: (reason: string) => void }) => {
  const { say } = useWords();
  const id = useId();
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onReveal(reason);
  };
  return (
    <form className="field" onSubmit={submit}>
      <label htmlFor={id}>{say(caseText.revealWhy)}</label>
      <input
        id={id}
        required
        minLength={2}
        autoComplete="off"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <button type="submit">{say(caseText.reveal)}</button>
    </form>
  );
};
