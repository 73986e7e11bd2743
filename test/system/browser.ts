import packaged from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";

/** The browser from the npm package, without its own single-process mode and without any network of its own. */
export const launchBrowser = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await packaged.executablePath(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
