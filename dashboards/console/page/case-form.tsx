import { useId, useState, type FormEvent, type KeyboardEvent } from "react";
import type { ActInput } from "#domain/case-input.ts";
import type { Bilingual } from "#domain/result.ts";
import {
  fieldsFor,
  requiredFor,
  toInput,
  type FieldName,
  type FormValues,
} from "../state/case-form.ts";
import { caseText, questions } from "../words/case-words.ts";
import { useWords } from "../words/language.tsx";
import { useNowMs } from "./pulse-context.tsx";
import { StaffList } from "./staff-list.tsx";

interface Props {
  readonly name: Bilingual;
  readonly needs: readonly string[];
  readonly submitWord: Bilingual;
  readonly busy: boolean;
  readonly onSubmit: (input: ActInput) => void;
  readonly onCancel: () => void;
}

/** What a step asks for. What was typed stays until the step is taken, whatever is refused. */
export const CaseForm = ({ name, needs, submitWord, busy, onSubmit, onCancel }: Props) => {
  const { say } = useWords();
  const nowMs = useNowMs();
  const [values, setValues] = useState<FormValues>({});
  const required = requiredFor(needs);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit(toInput(values, nowMs));
  };
  // Ctrl+Enter from anywhere in the form, also from a field of several lines.
  const pressed = (event: KeyboardEvent<HTMLFormElement>): void => {
    if (event.key !== "Enter" || !event.ctrlKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.currentTarget.requestSubmit();
  };

  return (
    <form className="case-form" aria-label={say(name)} onSubmit={submit} onKeyDown={pressed}>
      {needs.includes("photo") && <p>{say(caseText.photoFirst)}</p>}
      {required.size > 0 && <p>{say(caseText.requiredFields)}</p>}
      {fieldsFor(needs).map((field, index) => (
        <CaseField
          key={field}
          field={field}
          first={index === 0}
          required={required.has(field)}
          value={values[field] ?? ""}
          onChange={(value) => setValues((before) => ({ ...before, [field]: value }))}
        />
      ))}
      <p className="buttons">
        <button type="submit" className="primary" disabled={busy}>
          {say(busy ? caseText.submitting : submitWord)} <kbd>Ctrl+Enter</kbd>
        </button>
        <button type="button" onClick={onCancel}>
          {say(caseText.cancel)}
        </button>
      </p>
    </form>
  );
};

interface FieldProps {
  readonly field: FieldName;
  readonly first: boolean;
  readonly required: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const CaseField = ({ field, first, required, value, onChange }: FieldProps) => {
  const { say } = useWords();
  const id = useId();
  const { label, kind, choices = [] } = questions[field];
  // The person has just pressed the step's button: the next key belongs to its first question.
  const common = {
    id,
    value,
    required,
    autoFocus: first,
    "aria-required": required,
  } as const;
  return (
    <div className="field">
      <label htmlFor={id} className={required ? "required" : undefined}>
        {say(label)}
      </label>
      {kind === "choice" ? (
        <select {...common} onChange={(event) => onChange(event.target.value)}>
          <option value="">—</option>
          {choices.map(([code, word]) => (
            <option key={code} value={code}>
              {say(word)}
            </option>
          ))}
        </select>
      ) : kind === "words" ? (
        <textarea {...common} rows={2} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input
          {...common}
          autoComplete="off"
          inputMode={kind === "number" ? "decimal" : "text"}
          {...(field === "assignee" && { list: `${id}-staff` })}
          {...(kind === "number" && { pattern: "\\d+(\\.\\d+)?" })}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {field === "assignee" && <StaffList id={`${id}-staff`} />}
    </div>
  );
};
