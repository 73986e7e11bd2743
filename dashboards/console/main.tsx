import { createRoot } from "react-dom/client";
import { showCrash } from "./outside/crash.ts";
import { App } from "./page/app.tsx";
import { LanguageProvider } from "./words/language.tsx";

const root = document.querySelector("#page");
if (root === null) throw new Error("index.html has no #page");

addEventListener("error", showCrash);
addEventListener("unhandledrejection", showCrash);
createRoot(root, {
  onUncaughtError: (error) => {
    showCrash();
    reportError(error);
  },
}).render(
  <LanguageProvider>
    <App />
  </LanguageProvider>,
);
