/** What the page knows of people's work: open cases and unread pages. Apart from the alarms. Pure. */
import { isOpen } from "#domain/case.ts";
import type { CaseView, PageView } from "#domain/case-view.ts";
import type { Bilingual } from "#domain/result.ts";

export interface WorkState {
  readonly cases: ReadonlyMap<string, CaseView>;
  /** Version last heard of each case, the closed ones as well: an open drawer looks again. */
  readonly versions: ReadonlyMap<string, number>;
  /** Pages that this login has not read, newest first. */
  readonly pages: readonly PageView[];
  /** Why the lists above may not be whole. */
  readonly trouble?: Bilingual;
}

export type WorkChange =
  | { readonly kind: "cases"; readonly cases: readonly CaseView[] }
  | { readonly kind: "case"; readonly data: CaseView }
  | { readonly kind: "pages"; readonly pages: readonly PageView[] }
  | { readonly kind: "page-read"; readonly id: number }
  | { readonly kind: "trouble"; readonly why: Bilingual };

export const noWork: WorkState = { cases: new Map(), versions: new Map(), pages: [] };

export const changeWork = (state: WorkState, change: WorkChange): WorkState => {
  switch (change.kind) {
    case "cases": {
      const { trouble: _mended, ...rest } = state;
      // Told on the stream while the list was on its way: the newer one counts.
      const cases = change.cases.map((one) => newer(state.cases.get(one.id), one));
      return { ...rest, cases: new Map(cases.map((one) => [one.id, one])) };
    }
    case "case":
      return putCase(state, change.data);
    case "pages":
      return { ...state, pages: change.pages };
    case "page-read":
      return { ...state, pages: state.pages.filter(({ id }) => id !== change.id) };
    case "trouble":
      return { ...state, trouble: change.why };
  }
};

/** Most urgent first, then the one whose clock speaks next. */
export const sortCases = (cases: Iterable<CaseView>): readonly CaseView[] =>
  [...cases].sort(
    (a, b) =>
      a.priority - b.priority ||
      (a.nextClockAtMs ?? Infinity) - (b.nextClockAtMs ?? Infinity) ||
      (a.id < b.id ? -1 : 1),
  );

const putCase = (state: WorkState, incoming: CaseView): WorkState => {
  const { id } = incoming;
  if (incoming.version < (state.versions.get(id) ?? 0)) return state;
  const cases = new Map(state.cases);
  if (isOpen(incoming.state)) cases.set(id, incoming);
  else cases.delete(id);
  return { ...state, cases, versions: new Map(state.versions).set(id, incoming.version) };
};

const newer = (known: CaseView | undefined, told: CaseView): CaseView =>
  known !== undefined && known.version > told.version ? known : told;
