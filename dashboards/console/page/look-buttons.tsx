import type { Theme } from "../outside/theme.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";

export interface Look {
  readonly theme: Theme;
  readonly switchTheme: () => void;
}

/** Language and day or night: one key each. */
export const LookButtons = ({ look }: { readonly look: Look }) => {
  const { language, say, switchLanguage } = useWords();
  return (
    <span className="look-buttons">
      <button type="button" lang={language === "zh" ? "en" : "zh-CN"} onClick={switchLanguage}>
        {say(text.otherLanguage)}
      </button>
      <button type="button" onClick={look.switchTheme}>
        {say(look.theme === "dark" ? text.toLight : text.toDark)}
      </button>
    </span>
  );
};
