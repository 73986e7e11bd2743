/** The board on a phone: a gateway alone as a real process, and a real browser of a phone's size. */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { parse } from "yaml";
import { hashPin } from "#gateway/people/pin.ts";
import { boardDeeds } from "#platform/site-file/people-schema.ts";
import { launchBrowser } from "./browser.ts";
import { startGatewayAlone, type GatewayProcess } from "./gateway-process.ts";
import { freePort } from "./street-process.ts";

/** Everybody's. */
export const pin = "739105";
/** Pictures for a person to look at: `BOARD_PICTURES=<folder>`. */
const pictures = process.env["BOARD_PICTURES"];

/** One browser for all tests of a file; a phone of its own for each. */
export const openPhones = () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  /** On the community's network, in the dark; `x-forwarded-for`: not this machine itself. */
  const openPhone = async (gateway: GatewayProcess, cpuSlowdown = 1): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      colorScheme: "dark",
      locale: "zh-CN",
      // A certificate of the gateway's own making, as the technician's guide has it.
      ignoreHTTPSErrors: true,
      extraHTTPHeaders: { "x-forwarded-for": "192.168.1.20" },
    });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpuSlowdown });
    page.on("request", (request) =>
      expect(request.url()).toMatch(/^(data:|https?:\/\/127\.0\.0\.1:)/),
    );
    await page.goto(gateway.url);
    return page;
  };
  return { openPhone };
};

const siteWith = (detectors: readonly object[], pinHash: string) => ({
  ...parse(readFileSync("config/site.yaml", "utf8")),
  detectors,
  gateway: {
    ...parse(readFileSync("config/site.yaml", "utf8")).gateway,
    people: [
      { id: "wang", name: "王强", pinHash, may: ["acknowledge", "hush"] },
      { id: "chen", name: "陈工", pinHash, may: [...boardDeeds] },
    ],
  },
});

export const homes = (count: number) =>
  Array.from({ length: count }, (_, at) => {
    const [building, floor, room] = [1 + Math.floor(at / 20), 1 + (at % 20), `${1 + (at % 20)}01`];
    return {
      id: `xian-${building}-1-${room}`,
      profile: "native",
      address: {
        text: `喜安社区${building}栋1单元${room}`,
        community: "喜安社区",
        building: `${building}栋`,
        riser: "1单元",
        floor: `${floor}楼`,
        room,
      },
    };
  });

export const startGateway = async (count: number, secure?: object): Promise<GatewayProcess> => {
  const site = siteWith(homes(count), await hashPin(pin));
  const http = { ...site.gateway.http, ...(secure && { secure }) };
  const gateway = await startGatewayAlone(
    { ...site, gateway: { ...site.gateway, http } },
    await freePort(),
  );
  onTestFinished(gateway.close);
  return gateway;
};

export const takePicture = async (page: Page, name: string, fullPage = false): Promise<void> => {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage });
};

/** The page looks every two seconds. */
export const eventual = <Value>(probe: () => Promise<Value>) =>
  expect.poll(probe, { timeout: 15_000, interval: 50 });

export const textOf = (page: Page, selector: string): Promise<string> =>
  page.locator(selector).first().innerText();
