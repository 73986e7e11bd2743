/** What this seat chose, kept in the browser. Never anything the safety of a home depends on. */
type Choice = "language" | "theme";

export const recall = (choice: Choice): string | undefined => {
  try {
    return localStorage.getItem(`canary.${choice}`) ?? undefined;
  } catch {
    // Storage is switched off by policy: the page then opens with its defaults each time.
    return undefined;
  }
};

export const remember = (choice: Choice, value: string): void => {
  try {
    localStorage.setItem(`canary.${choice}`, value);
  } catch {
    // As above: the choice lasts until the page is closed.
  }
};
