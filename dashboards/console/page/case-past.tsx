import { caseFlow } from "#domain/case-flow.ts";
import type { CaseDetail } from "#domain/case-view.ts";
import { evidenceUrl } from "../outside/case-api.ts";
import {
  actorWord,
  caseText,
  channelWord,
  eventWord,
  evidenceWord,
  pageStateWord,
} from "../words/case-words.ts";
import { formatMoment } from "../words/format.ts";
import { useWords } from "../words/language.tsx";

interface EvidenceProps {
  readonly evidence: CaseDetail["evidence"];
  readonly busy: boolean;
  readonly onUpload: (file: File) => void;
}

/** Photos, sound and film of a case, and adding one. */
export const CaseEvidence = ({ evidence, busy, onUpload }: EvidenceProps) => {
  const { say } = useWords();
  return (
    <section>
      <h3>
        {say(caseText.evidence)} {evidence.length}
      </h3>
      <ul className="lines">
        {evidence.map(({ id: file, kind, by, atMs }) => (
          <li key={file}>
            <a href={evidenceUrl(file)} target="_blank" rel="noreferrer">
              {say(evidenceWord[kind] ?? { zh: kind, en: kind })} · {by} · {formatMoment(atMs)}
            </a>
          </li>
        ))}
      </ul>
      <label className="upload">
        {say(busy ? caseText.uploading : caseText.upload)}
        <input
          className="unseen"
          type="file"
          accept="image/jpeg,image/png,image/webp,audio/*,video/mp4"
          disabled={busy}
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file !== undefined) onUpload(file);
            // The same file may be chosen again after a failure.
            target.value = "";
          }}
        />
      </label>
    </section>
  );
};

type PastProps = Pick<CaseDetail, "timeline" | "pages">;

/** Who did what and when, newest first; then who was told and what became of that. */
export const CaseTimeline = ({ timeline, pages }: PastProps) => {
  const { say } = useWords();
  return (
    <>
      <section>
        <h3>{say(caseText.timeline)}</h3>
        <ol className="lines">
          {timeline.toReversed().map(({ id, atMs, actor, action, step, reason, text, detail }) => (
            <li key={id}>
              <time>{formatMoment(atMs)}</time>{" "}
              <b>
                {say(
                  caseFlow.find((row) => row.id === step)?.name ??
                    eventWord(kindOf(action, detail)),
                )}
              </b>{" "}
              {say(actorWord(actor))}
              {text && ` · ${say(text)}`}
              {reason !== undefined && ` · ${reason}`}
              {typeof detail["note"] === "string" && ` · ${detail["note"]}`}
            </li>
          ))}
        </ol>
      </section>
      {pages.length > 0 && (
        <section>
          <h3>
            {say(caseText.told)} {pages.length}
          </h3>
          <ol className="lines">
            {pages.map(({ id, atMs, text, channel, state, error }) => (
              <li key={id}>
                <time>{formatMoment(atMs)}</time> {say(text)} · {say(channelWord(channel))} ·{" "}
                {say(pageStateWord[state] ?? { zh: state, en: state })}
                {error !== undefined && ` · ${error}`}
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
};

/** A note that is about a file says so. */
const kindOf = (action: string, detail: Readonly<Record<string, unknown>>): string =>
  action === "note" && "evidence" in detail ? "evidence" : action;
