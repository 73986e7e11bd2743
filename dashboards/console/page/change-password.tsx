import { useState, type FormEvent } from "react";
import type { Bilingual } from "#domain/result.ts";
import { changePassword, explainApiError } from "../outside/api.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { Field } from "./field.tsx";

interface Props {
  /** Ask again who sits here: with the new password, or without a session. */
  readonly onDone: () => void;
}

/** The password that was printed at installation is known to whoever read the screen: change it. */
export const ChangePassword = ({ onDone }: Props) => {
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
      if (!answer.ok) setTrouble(explainApiError(answer.error));
      // 401 means a wrong current password or a lost session: asking who sits here tells which.
      if (answer.ok || answer.error.kind === "signed-out") onDone();
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
