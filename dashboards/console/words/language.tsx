import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";
import type { Bilingual } from "#domain/result.ts";
import { recall, remember } from "../outside/memory.ts";

export type Language = keyof Bilingual;

interface Words {
  readonly language: Language;
  readonly say: (words: Bilingual) => string;
  readonly switchLanguage: () => void;
}

const WordsContext = createContext<Words | undefined>(undefined);

/** Chinese unless this seat has chosen English before. */
export const LanguageProvider = ({ children }: { readonly children: ReactNode }) => {
  const [language, setLanguage] = useState<Language>(() =>
    recall("language") === "en" ? "en" : "zh",
  );
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    remember("language", language);
  }, [language]);
  const words = useMemo<Words>(
    () => ({
      language,
      say: (bilingual) => bilingual[language],
      switchLanguage: () => setLanguage((now) => (now === "zh" ? "en" : "zh")),
    }),
    [language],
  );
  return <WordsContext value={words}>{children}</WordsContext>;
};

export const useWords = (): Words => {
  const words = use(WordsContext);
  if (words === undefined) throw new Error("useWords outside of LanguageProvider");
  return words;
};
