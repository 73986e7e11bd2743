import { useCallback, useEffect, useRef, useState } from "react";
import type { ActInput } from "#domain/case-input.ts";
import type { CaseDetail } from "#domain/case-view.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import type { Bilingual } from "#domain/result.ts";
import { explainApiError, type ApiError, type Answer } from "../outside/api.ts";
import { actOnCase, endAlarm, fetchCase, noteOnCase, uploadEvidence } from "../outside/case-api.ts";
import { newKey } from "../outside/new-key.ts";
import { caseText } from "../words/case-words.ts";

type Offer = CaseDetail["actions"][number];

/**
 * One case as it stands, and acting on it. Loaded again whenever `stamp` changes;
 * a step that was refused shows why, beside the state that refused it.
 */
export const useCase = (id: string, stamp: string, onSignedOut: () => void) => {
  const [detail, setDetail] = useState<CaseDetail>();
  const [trouble, setTrouble] = useState<Bilingual>();
  const [busy, setBusy] = useState(false);
  const keys = useRef(new Map<string, string>());

  const load = useCallback(async (): Promise<void> => {
    const answer = await fetchCase(id);
    if (answer.ok) setDetail(answer.value);
    else setTrouble(explainApiError(answer.error));
  }, [id]);
  useEffect(() => void load(), [load, stamp]);

  /** Answers whether it was done. The same wish after a lost answer carries the same key. */
  const send = async <Value>(
    wish: string,
    ask: (key: string) => Answer<Value>,
  ): Promise<boolean> => {
    if (busy) return false;
    const key = keys.current.get(wish) ?? newKey();
    keys.current.set(wish, key);
    setBusy(true);
    setTrouble(undefined);
    const answer = await ask(key);
    setBusy(false);
    if (answer.ok || answer.error.kind !== "unreachable") keys.current.delete(wish);
    if (!answer.ok) {
      setTrouble(explainStep(answer.error));
      if (answer.error.kind === "signed-out") onSignedOut();
    }
    await load();
    return answer.ok;
  };

  return {
    detail,
    trouble,
    busy,
    act: (offer: Offer, input: ActInput) =>
      detail === undefined
        ? Promise.resolve(false)
        : send(`${offer.action} ${detail.case.version} ${JSON.stringify(input)}`, (key) =>
            actOnCase(detail.case, offer.action, input, key),
          ),
    note: (input: ActInput) =>
      send(`note ${JSON.stringify(input)}`, (key) => noteOnCase(id, input, key)),
    end: (alarm: DeskAlarm, reason: string) =>
      send(`end ${alarm.episode} ${alarm.case.version} ${reason}`, (key) =>
        endAlarm(alarm, reason, key),
      ),
    upload: (file: File) => send(`file ${file.name}`, () => uploadEvidence(id, file)),
  };
};

/** A step refused because somebody was faster is told beside how it stands now. */
const explainStep = (error: ApiError): Bilingual => {
  if (error.kind !== "conflict") return explainApiError(error);
  const { zh, en } = error.detail;
  if (!error.changed) return error.detail;
  const { changedMeanwhile } = caseText;
  return { zh: `${zh}${changedMeanwhile.zh}`, en: `${en}${changedMeanwhile.en}` };
};
