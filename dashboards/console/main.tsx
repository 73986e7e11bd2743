import { createRoot } from "react-dom/client";
import { App } from "./page/app.tsx";
import { LanguageProvider } from "./words/language.tsx";

const root = document.querySelector("#page");
if (root === null) throw new Error("index.html has no #page");
createRoot(root).render(
  <LanguageProvider>
    <App />
  </LanguageProvider>,
);
