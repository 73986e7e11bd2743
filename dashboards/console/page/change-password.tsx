import { useState, type FormEvent } from "react";
import type { Bilingual } from "#domain/result.ts";
import { changePassword, explainApiError } from "../outside/api.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { Field } from "./field.tsx";

interface Props {
  readonly onDone: () => void;
  readonly onSignedOut: () => void;
}

/** The password that was printed at installation is known to whoever read the screen: change it. */
export const ChangePassword = ({ onDone, onSignedOut }: Props) => {
  const { say } = useWords();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Bilingual>();

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (next !== again) {
      setTrouble(text.passwordsDiffer);
      return;
    }
    setBusy(true);
    setTrouble(undefined);
    void changePassword(current, next).then((answer) => {
      setBusy(false);
      if (answer.ok) onDone();
      // A wrong current password may also be answered with 401; only a lost session has no user.
      else if (answer.error.kind === "signed-out") onSignedOut();
      else setTrouble(explainApiError(answer.error));
    });
  };

  return (
    <main className="form-page">
      <h1>{say(text.changePassword)}</h1>
      <p>{say(text.mustChangePassword)}</p>
      <form onSubmit={submit}>
        <Field
          label={say(text.currentPassword)}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
        />
        <Field
          label={say(text.newPassword)}
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
        />
        <Field
          label={say(text.newPasswordAgain)}
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={setAgain}
        />
        <p className="trouble" role="alert">
          {trouble && say(trouble)}
        </p>
        <button type="submit" className="primary" disabled={busy}>
          {say(text.changePassword)}
        </button>
      </form>
    </main>
  );
};
