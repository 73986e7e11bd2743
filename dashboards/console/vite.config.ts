import react from "@vitejs/plugin-react";
import type { InlineConfig } from "vite";

/** How the duty page is bundled: one page, one script, one style sheet, nothing from outside. */
export const consoleConfig: InlineConfig = {
  root: import.meta.dirname,
  plugins: [react()],
  // Duty seats run whatever browser the street office installed: nothing newer than 2022.
  build: {
    target: ["chrome108", "firefox110", "safari16"],
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    reportCompressedSize: false,
  },
  logLevel: "warn",
};

export default consoleConfig;
