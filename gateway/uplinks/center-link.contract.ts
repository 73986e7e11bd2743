/** What every link to the center promises; see `CenterLink`. */
import { afterEach, expect, test } from "vitest";
import { gatewayId } from "#domain/ids.ts";
import { downTopic, upTopic } from "#domain/wire.ts";
import type { CenterLink } from "./center-link.ts";

export const contractGateway = gatewayId("gateway-1");
const alarms = upTopic(contractGateway, "alarm");
const receipts = downTopic(contractGateway, "receipt");

/** A link and the other end of it. The line is down at first. */
export interface LinkHarness {
  readonly link: CenterLink;
  readonly setLine: (up: boolean) => Promise<void>;
  /** What arrived at the other end since the line last came up, once it is `count` or more. */
  readonly arrived: (count: number) => Promise<readonly string[]>;
  readonly sendDown: (topic: string, payload: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export const centerLinkContract = (name: string, open: () => Promise<LinkHarness>): void => {
  const opened: LinkHarness[] = [];
  const openFresh = async (): Promise<LinkHarness> => {
    const harness = await open();
    opened.push(harness);
    return harness;
  };
  afterEach(async () => {
    for (const harness of opened.splice(0)) await harness.close();
  });

  test(`${name}: state is told at once and at every change`, async () => {
    const { link, setLine } = await openFresh();
    const states = watchStates(link);
    expect(states.seen).toEqual([false]);
    await setLine(true);
    await states.reach([false, true]);
    await setLine(false);
    await states.reach([false, true, false]);
    await setLine(true);
    await states.reach([false, true, false, true]);
  });

  test(`${name}: publish resolves when the other side of the wire has the message`, async () => {
    const { link, setLine, arrived } = await openFresh();
    await setLine(true);
    await watchStates(link).reach([true]);
    await link.publish(alarms, "one");
    await link.publish(alarms, "二");
    expect(await arrived(2)).toEqual(["one", "二"]);
  });

  test(`${name}: publish rejects while the line is down, and nothing is sent later`, async () => {
    const { link, setLine, arrived } = await openFresh();
    await expect(link.publish(alarms, "lost")).rejects.toThrow("down");
    await setLine(true);
    await watchStates(link).reach([true]);
    await link.publish(alarms, "after");
    expect(await arrived(1)).toEqual(["after"]);
  });

  test(`${name}: what the center sends arrives with its topic`, async () => {
    const { link, setLine, sendDown } = await openFresh();
    const { promise, resolve } = Promise.withResolvers<readonly [string, string]>();
    link.onMessage((topic, payload) => {
      resolve([topic, payload]);
    });
    await setLine(true);
    await watchStates(link).reach([true]);
    await sendDown(receipts, "回执");
    expect(await promise).toEqual([receipts, "回执"]);
  });

  test(`${name}: after close the state is down and publish rejects`, async () => {
    const { link, setLine } = await openFresh();
    await setLine(true);
    const states = watchStates(link);
    await states.reach([true]);
    await link.close();
    expect(states.seen.at(-1)).toBe(false);
    await expect(link.publish(alarms, "late")).rejects.toThrow("down");
  });
};

/** Follows a link's state; `reach` waits until the last ones seen are these. */
export const watchStates = (link: CenterLink) => {
  const seen: boolean[] = [];
  let check = (): void => {};
  link.onState((up) => {
    seen.push(up);
    check();
  });
  return {
    seen,
    reach: (states: readonly boolean[]): Promise<void> =>
      new Promise((resolve) => {
        check = () => {
          if (seen.slice(-states.length).join() === states.join()) resolve();
        };
        check();
      }),
  };
};

/** A list that can be waited for. */
export const createInbox = () => {
  let items: string[] = [];
  let check = (): void => {};
  return {
    add: (item: string): void => {
      items.push(item);
      check();
    },
    empty: (): void => {
      items = [];
    },
    atLeast: (count: number): Promise<readonly string[]> =>
      new Promise((resolve) => {
        check = () => {
          if (items.length >= count) resolve([...items]);
        };
        check();
      }),
  };
};
