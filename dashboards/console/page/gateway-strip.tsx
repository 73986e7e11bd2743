import type { DeskGateway } from "#domain/desk.ts";
import { formatAge } from "../words/format.ts";
import { caseText } from "../words/case-words.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { useNowMs } from "./pulse-context.tsx";

/** Each gateway in one line: does it speak, whom does it not hear, what has not come through. */
export const GatewayStrip = ({ gateways }: { readonly gateways: readonly DeskGateway[] }) => {
  const { say } = useWords();
  const nowMs = useNowMs();
  return (
    <footer className="gateways">
      <h2>{say(text.gateways)}</h2>
      <ul>
        {gateways.map((gateway) => (
          <li key={gateway.id} className={gateway.link}>
            <b>{gateway.id}</b>{" "}
            {say(gateway.link === "up" ? text.gatewayUp : text.gatewayLost(gateway.detectors))}
            {" · "}
            {say(text.heard(say(formatAge(nowMs - gateway.heardAtMs))))}
            {gateway.link === "up" && (
              <> · {say(text.detectors(gateway.detectors, gateway.unknown))}</>
            )}
            {gateway.pending > 0 && <> · {say(text.pending(gateway.pending))}</>}
            {gateway.missing > 0 && <> · {say(text.missing(gateway.missing))}</>}
            {gateway.rules !== undefined && (
              <>
                {" · "}
                {say(caseText.ruleSet(gateway.rules.set, gateway.rules.hash.slice(0, 8)))}
                {gateway.rules.shadow !== undefined &&
                  ` · ${say(caseText.ruleSetOnTrial(gateway.rules.shadow))}`}
              </>
            )}
            {gateway.drill && <strong className="mark staged">{say(text.drill)}</strong>}
            {gateway.faults.map((fault) => (
              <p key={fault.en} className="fault">
                {say(fault)}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </footer>
  );
};
