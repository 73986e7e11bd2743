import { useEffect, useState } from "react";
import { recall, remember } from "./memory.ts";

export type Theme = "dark" | "light";

/** Dark for night, light for day: as the system says until this seat chooses. */
export const useTheme = (): { readonly theme: Theme; readonly switchTheme: () => void } => {
  const [chosen, setChosen] = useState<Theme | undefined>(() => {
    const saved = recall("theme");
    return saved === "dark" || saved === "light" ? saved : undefined;
  });
  const [system, setSystem] = useState<Theme>(readSystem);
  const theme = chosen ?? system;

  useEffect(() => {
    const query = matchMedia(lightQuery);
    const follow = (): void => setSystem(readSystem());
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);

  return {
    theme,
    switchTheme: () => {
      const next = theme === "dark" ? "light" : "dark";
      remember("theme", next);
      setChosen(next);
    },
  };
};

const lightQuery = "(prefers-color-scheme: light)";
const readSystem = (): Theme => (matchMedia(lightQuery).matches ? "light" : "dark");
