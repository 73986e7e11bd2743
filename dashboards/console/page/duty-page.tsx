import { useEffect, useMemo, useState } from "react";
import { logOut, explainApiError, type User } from "../outside/api.ts";
import type { Siren } from "../outside/siren.ts";
import type { Bilingual } from "#domain/result.ts";
import { isDangerWaiting, isUrgentCase, planSound } from "../state/sound-plan.ts";
import { isHeld } from "../state/desk-state.ts";
import { firstUnsigned, sortAlarms } from "../state/sort-alarms.ts";
import { headsOf } from "../state/street.ts";
import { waitingCases } from "../state/waiting-cases.ts";
import { AlarmList } from "./alarm-list.tsx";
import { AwayBanner, DrillBanner, LinkBanner, SilentSeatBanner } from "./banners.tsx";
import { CaseHeads } from "./case-heads.tsx";
import { CountsBar } from "./counts-bar.tsx";
import { EmptyDesk } from "./empty-desk.tsx";
import { GatewayStrip } from "./gateway-strip.tsx";
import { StreetHeads } from "./street-heads.tsx";
import { LiveRegion } from "./live-region.tsx";
import type { Look } from "./look-buttons.tsx";
import { PulseContext, useLink } from "./pulse-context.tsx";
import { TopBar } from "./top-bar.tsx";
import { useDesk } from "./use-desk.ts";
import { useDutyKeys } from "./use-duty-keys.ts";
import { useSigning } from "./use-signing.ts";
import { useSirenState } from "./use-siren-state.ts";
import { Side, type SideView } from "./side.tsx";
import { useTitle } from "./use-title.ts";

interface Props {
  readonly user: User;
  readonly look: Look;
  readonly siren: Siren;
  /** The session ended by itself. */
  readonly onSignedOut: () => void;
  /** The person logged out. */
  readonly onLeft: () => void;
}

/** One screen that shows what burns first, and one key to sign for it. */
export const DutyPage = (props: Props) => {
  const { watch, ...state } = useDesk(props.siren, props.onSignedOut);
  return (
    <PulseContext value={watch}>
      <Desk {...props} {...state} />
    </PulseContext>
  );
};

type DeskProps = Props & Omit<ReturnType<typeof useDesk>, "watch">;

const Desk = (props: DeskProps) => {
  const { desk, change, work, user, look, siren, onSignedOut, onLeft } = props;
  const link = useLink();
  const sound = useSirenState(siren);
  const rows = useMemo(() => sortAlarms(desk.alarms.values()), [desk.alarms]);
  const heads = useMemo(() => headsOf(desk.street.values(), rows), [desk.street, rows]);
  const toSign = useMemo(() => waitingCases(work.cases.values(), rows), [work.cases, rows]);
  const [chosen, setChosen] = useState<string>();
  const [message, setMessage] = useState<Bilingual>();
  const [side, show] = useState<SideView>();
  const { signing, sign } = useSigning({ change, say: setMessage, onSignedOut, user });

  // The choice sticks to the alarm, never to the place in the list.
  const selected = rows.find(({ episode }) => episode === chosen) ?? firstUnsigned(rows) ?? rows[0];
  useEffect(() => setChosen(selected?.episode), [selected?.episode]);

  useDutyKeys({ rows, selected, choose: setChosen, sign, show });
  useTitle(rows, toSign, link);
  useEffect(() => siren.set(planSound(rows, link === "lost", toSign)), [siren, rows, toSign, link]);

  return (
    <div className={`duty ${link}`}>
      <header>
        <LinkBanner />
        {sound !== "on" && (rows.some(isDangerWaiting) || toSign.some(isUrgentCase)) && (
          <SilentSeatBanner onGoOnDuty={siren.goOnDuty} />
        )}
        <DrillBanner gateways={[...desk.gateways.values()]} />
        <TopBar
          user={user}
          look={look}
          siren={siren}
          sound={sound}
          work={work}
          onShow={show}
          onSignOut={() => leave(onLeft, setMessage)}
        />
        <CountsBar
          rows={rows.filter((alarm) => !isHeld(alarm))}
          gateways={[...desk.gateways.values()]}
        />
        <AwayBanner
          count={desk.arrivedWhileAway.size}
          onSeen={() => change({ kind: "away-seen" })}
        />
      </header>
      <main className="desk">
        <StreetHeads heads={heads} />
        <CaseHeads cases={toSign} onOpen={(id) => show({ kind: "case", id })} />
        {rows.length + toSign.length === 0 ? (
          <EmptyDesk loaded={desk.loaded} gateways={[...desk.gateways.values()]} />
        ) : (
          <AlarmList
            rows={rows}
            selected={selected?.episode}
            away={desk.arrivedWhileAway}
            heads={heads}
            signing={signing}
            onChoose={setChosen}
            onSign={sign}
          />
        )}
        <Side view={side} selected={selected} {...props} onShow={show} onSay={setMessage} />
      </main>
      <LiveRegion alarms={desk.alarms} message={message} />
      <GatewayStrip gateways={[...desk.gateways.values()]} />
    </div>
  );
};

const leave = (onLeft: () => void, say: (message: Bilingual) => void): void => {
  void logOut().then((answer) => {
    if (answer.ok || answer.error.kind === "signed-out") onLeft();
    else say(explainApiError(answer.error));
  });
};
