import type { DeskGateway } from "#domain/desk.ts";
import { countDetectors, countUnknown } from "../state/street.ts";
import { formatAge } from "../words/format.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { usePulse } from "./pulse-context.tsx";

interface Props {
  readonly loaded: boolean;
  readonly gateways: readonly DeskGateway[];
}

/** Nothing to do. An empty page must prove that it is alive, or it says nothing at all. */
export const EmptyDesk = ({ loaded, gateways }: Props) => {
  const { say } = useWords();
  const { silentMs } = usePulse();
  if (!loaded) return <p className="empty">{say(text.loading)}</p>;
  const detectors = countDetectors(gateways);
  return (
    <div className="empty">
      <h2>{say(text.emptyHeadline)}</h2>
      <p>{say(text.emptyProof(say(formatAge(silentMs)), detectors, countUnknown(gateways)))}</p>
      {detectors === 0 && <p className="trouble">{say(text.emptyWithoutDetectors)}</p>}
    </div>
  );
};
