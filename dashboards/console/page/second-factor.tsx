import { useState, type FormEvent } from "react";
import type { Bilingual } from "#domain/result.ts";
import { explainApiError, type User } from "../outside/api.ts";
import { beginSecondFactor, confirmSecondFactor } from "../outside/case-api.ts";
import { caseText } from "../words/case-words.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { Field } from "./field.tsx";

interface Key {
  readonly secret: string;
  readonly uri: string;
  /** An SVG document. */
  readonly qr: string;
}

type Stage =
  | { readonly kind: "password" }
  | ({ readonly kind: "code" } & Key)
  | { readonly kind: "done"; readonly codes: readonly string[] };

/** Enrolling a phone whose codes belong to the login from then on. */
export const SecondFactor = ({ user }: { readonly user: User }) => {
  const { say } = useWords();
  const [stage, setStage] = useState<Stage>({ kind: "password" });
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [trouble, setTrouble] = useState<Bilingual>();

  const begin = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await beginSecondFactor(password);
    setTrouble(answer.ok ? undefined : explainApiError(answer.error));
    if (answer.ok) setStage({ kind: "code", ...answer.value });
    setPassword("");
  };
  const confirm = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await confirmSecondFactor(code.replaceAll(" ", ""));
    setTrouble(answer.ok ? undefined : explainApiError(answer.error));
    if (answer.ok) setStage({ kind: "done", codes: answer.value.recoveryCodes });
  };

  return (
    <>
      {user.asleep !== undefined && user.asleep.length > 0 && (
        <p>
          {say(caseText.asleep)}
          {user.asleep.join(", ")}
        </p>
      )}
      {user.secondFactor === true && stage.kind === "password" && (
        <p>{say(caseText.secondFactorOn)}</p>
      )}
      <p className="trouble" role="alert">
        {trouble && say(trouble)}
      </p>
      {stage.kind === "password" && user.secondFactor !== true && (
        <form className="case-form" onSubmit={(event) => void begin(event)}>
          <Field
            label={say(text.currentPassword)}
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
          />
          <button type="submit">{say(caseText.enrol)}</button>
        </form>
      )}
      {stage.kind === "code" && (
        <form className="case-form" onSubmit={(event) => void confirm(event)}>
          <p>{say(caseText.enrolHow)}</p>
          <EnrolmentKey {...stage} />
          <Field
            label={say(caseText.sixDigits)}
            autoComplete="one-time-code"
            value={code}
            onChange={setCode}
          />
          <button type="submit">{say(caseText.confirm)}</button>
        </form>
      )}
      {stage.kind === "done" && <RecoveryCodes codes={stage.codes} />}
    </>
  );
};

/** The key to scan, to type in, to copy, or to open where the authenticator is on this device. */
const EnrolmentKey = ({ secret, uri, qr }: Key) => {
  const { say } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    // Without a clipboard (plain http) the key is selected by one press on it and copied by hand.
    void navigator.clipboard?.writeText(secret).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <>
      <img
        className="qr"
        alt={say(caseText.enrolPicture)}
        src={`data:image/svg+xml,${encodeURIComponent(qr)}`}
      />
      <p className="secret">{secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</p>
      <p className="buttons">
        <button type="button" onClick={copy}>
          {say(copied ? caseText.copied : caseText.copyKey)}
        </button>
        <a className="as-button" href={uri}>
          {say(caseText.openApp)}
        </a>
      </p>
      <p className="secret small">{uri}</p>
    </>
  );
};

const RecoveryCodes = ({ codes }: { readonly codes: readonly string[] }) => {
  const { say } = useWords();
  return (
    <>
      <p>{say(caseText.recovery)}</p>
      <ul className="lines">
        {codes.map((one) => (
          <li key={one} className="secret">
            {one}
          </li>
        ))}
      </ul>
    </>
  );
};
