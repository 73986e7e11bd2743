import { useState, type FormEvent } from "react";
import type { Bilingual } from "#domain/result.ts";
import { explainApiError, logIn, type User } from "../outside/api.ts";
import { caseText } from "../words/case-words.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { Field } from "./field.tsx";
import { LookButtons, type Look } from "./look-buttons.tsx";

interface Props {
  /** The session ended by itself while somebody was on duty. */
  readonly ended: boolean;
  readonly look: Look;
  readonly onIn: (user: User) => void;
}

export const LogIn = ({ ended, look, onIn }: Props) => {
  const { say } = useWords();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asksCode, setAsksCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Bilingual>();

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    void logIn(username, password, asksCode ? code.trim() : undefined).then((answer) => {
      setBusy(false);
      if (answer.ok) return onIn(answer.value.user);
      setTrouble(explainApiError(answer.error));
      if (answer.error.kind === "signed-out" && answer.error.codeRequired) setAsksCode(true);
    });
  };

  return (
    <>
      {ended && (
        <p className="banner lost" role="alert">
          {say(text.sessionEnded)}
        </p>
      )}
      <main className="form-page">
        <h1>{say(text.product)}</h1>
        <form onSubmit={submit}>
          <Field
            label={say(text.userName)}
            autoComplete="username"
            value={username}
            onChange={setUsername}
          />
          <Field
            label={say(text.password)}
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
          />
          {asksCode && (
            <Field
              label={say(caseText.code)}
              autoComplete="one-time-code"
              value={code}
              onChange={setCode}
            />
          )}
          <p className="trouble" role="alert">
            {trouble && say(trouble)}
          </p>
          <button type="submit" className="primary" disabled={busy}>
            {say(text.logIn)}
          </button>
        </form>
        <LookButtons look={look} />
      </main>
    </>
  );
};
