import { type Dispatch } from "react";
import type { Bilingual } from "#domain/result.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import type { PageView } from "#domain/case-view.ts";
import { explainApiError, type User } from "../outside/api.ts";
import { markRead } from "../outside/case-api.ts";
import type { DeskState } from "../state/desk-state.ts";
import type { WorkChange, WorkState } from "../state/work-state.ts";
import { caseText } from "../words/case-words.ts";
import { AlarmDetail } from "./alarm-detail.tsx";
import { CaseDrawer, Drawer } from "./case-drawer.tsx";
import { SecondFactor } from "./second-factor.tsx";
import { CaseList, Notices } from "./work-lists.tsx";

/** What stands beside the queue instead of the selected alarm. */
export type SideView =
  | { readonly kind: "case"; readonly id: string }
  | { readonly kind: "cases" }
  | { readonly kind: "notices" }
  | { readonly kind: "second-factor" };

interface Props {
  /** Absent: the selected alarm, if there is one. */
  readonly view: SideView | undefined;
  readonly selected: DeskAlarm | undefined;
  readonly user: User;
  readonly desk: DeskState;
  readonly work: WorkState;
  readonly changeWork: Dispatch<WorkChange>;
  readonly onShow: (view: SideView | undefined) => void;
  readonly onSay: (message: Bilingual) => void;
  readonly onSignedOut: () => void;
}

/** The right column: the selected alarm, or what was opened instead of it. */
export const Side = ({ view, selected, ...rest }: Props) => {
  if (view !== undefined) return <Opened view={view} {...rest} />;
  if (selected === undefined) return undefined;
  const openCase = (): void => rest.onShow({ kind: "case", id: selected.case.id });
  return <AlarmDetail alarm={selected} onOpenCase={openCase} />;
};

type OpenedProps = Omit<Props, "view" | "selected"> & { readonly view: SideView };

const Opened = ({
  view,
  user,
  desk,
  work,
  changeWork,
  onShow,
  onSay,
  onSignedOut,
}: OpenedProps) => {
  const openCase = (id: string): void => onShow({ kind: "case", id });
  const read = (page: PageView): void => {
    void markRead(page.id).then((answer) => {
      if (answer.ok) changeWork({ kind: "page-read", id: page.id });
      else onSay(explainApiError(answer.error));
    });
  };
  return (
    <Drawer title={titleOf(view)} onClose={() => onShow(undefined)}>
      {view.kind === "case" && (
        <CaseDrawer
          key={view.id}
          id={view.id}
          stamp={stampOf(view.id, work, desk)}
          onSay={onSay}
          onSignedOut={onSignedOut}
        />
      )}
      {view.kind === "cases" && <CaseList work={work} onOpen={openCase} />}
      {view.kind === "notices" && <Notices work={work} onOpen={openCase} onRead={read} />}
      {view.kind === "second-factor" && <SecondFactor user={user} />}
    </Drawer>
  );
};

/** Changes with whatever is told of the case or of an alarm in it: what may be done changes with both. */
const stampOf = (id: string, work: WorkState, desk: DeskState): string =>
  [
    work.versions.get(id),
    // A note is no new version, but somebody has done something: the clocks began anew.
    work.cases.get(id)?.nextClockAtMs,
    ...[...desk.alarms.values()]
      .filter((alarm) => alarm.case.id === id)
      .map(({ episode, condition, present, case: { version } }) =>
        // What its gateway says of the detector decides whether a person may end it.
        [episode, condition, version, present?.state, ...(present?.episodes ?? [])].join(" "),
      ),
  ].join();

const titleOf = (view: SideView): Bilingual => {
  switch (view.kind) {
    case "case":
      return caseText.caseOf(view.id);
    case "cases":
      return caseText.casesTitle;
    case "notices":
      return caseText.noticesTitle;
    case "second-factor":
      return caseText.secondFactor;
  }
};
