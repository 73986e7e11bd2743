/** What a desk of the center asks of a gateway: done once, in time, by the right center, and answered. */
import { expect, test } from "vitest";
import { signedText, type CommandMessage, type Order } from "#domain/command.ts";
import { detectorId, gatewayId, userId } from "#domain/ids.ts";
import { hours, minutes } from "#domain/quantity.ts";
import { downTopic } from "#domain/wire.ts";
import { createCommandTaker } from "#gateway/commands/take-command.ts";
import { createSigningKey, publicKeyOf, signText } from "#platform/signature.ts";
import { lifeOf } from "#rules/step.ts";
import { exampleSite, openGateway, type StoryGateway } from "./open-gateway.ts";

const kitchen = detectorId("xian-2-1-603");
const rule = "device-alarm-co";
const alarmed = { co_ppm: 80, status: ["alarm"] };

const open = async (site = exampleSite()): Promise<StoryGateway> => {
  const street = await openGateway(site);
  await street.says(kitchen, alarmed);
  return street;
};

const commandTo = async (
  street: StoryGateway,
  id: string,
  change: Partial<Order> = {},
  privateKey?: string,
): Promise<string> => {
  const alarm = (await street.alarms()).find(({ event }) => event.rule === rule);
  const nowMs = street.time.clock.now().wallMs;
  const data: Order = {
    gateway: "gw-xian-1",
    kind: "acknowledge",
    detector: kitchen,
    rule,
    ...(alarm && { episode: alarm.event.episode, seen: alarm.event.id }),
    by: "李敏",
    atMs: nowMs,
    expiresAtMs: nowMs + hours(24),
    ...change,
  };
  const message: CommandMessage = {
    specversion: "1.0",
    id,
    source: "/canary/center",
    type: "canary.command.v1",
    time: "2026-11-22T08:00:00.000+08:00",
    datacontenttype: "application/json",
    data,
    ...(privateKey !== undefined && { signature: signText(privateKey, signedText({ id, data })) }),
  };
  return JSON.stringify(message);
};

const answers = async (street: StoryGateway): Promise<string[]> => {
  await street.settle();
  return (await street.records()).flatMap(({ notice }) =>
    "action" in notice && notice.action.origin?.command !== undefined
      ? [`${notice.action.origin.command} ${notice.action.kind} ${notice.action.by}`]
      : [],
  );
};
const refusalIn = async (street: StoryGateway): Promise<string> =>
  (await street.records())
    .flatMap(({ notice }) => ("action" in notice ? [notice.action] : []))
    .findLast(({ kind }) => kind === "command-refused")?.reason ?? "";
const life = (street: StoryGateway) => {
  const point = street.pointOf(kitchen);
  return point && lifeOf(point.state, rule);
};

test("a signature at the desk is the gateway's too, with the name of who signed and when", async () => {
  const street = await open();
  const payload = await commandTo(street, "c1");
  street.time.advance(minutes(25));
  street.command(payload);
  expect(await answers(street)).toEqual(["c1 acknowledged 李敏"]);
  expect(life(street)).toBe("acknowledged");
  expect(street.buzzer()).toBe("on t4");
  const record = (await street.records()).find(({ lane }) => lane === "action");
  expect(record?.notice).toMatchObject({
    action: { origin: { side: "center", command: "c1", askedAtMs: Date.UTC(2026, 10, 22) } },
  });
});

test("the same command again has no effect: at once, after it was taken back, and after a restart", async () => {
  const street = await open();
  const payload = await commandTo(street, "c1");
  street.command(payload);
  street.command(payload);
  const back = street.pipeline().command(kitchen, {
    kind: "unacknowledge",
    rule,
    by: userId("王强"),
    reason: "签错了",
  });
  expect(back.ok).toBe(true);
  street.command(payload);
  await street.settle();
  await street.crashAndRestart();
  street.command(payload);
  expect(await answers(street)).toEqual(["c1 acknowledged 李敏"]);
  expect(life(street)).toBe("unacknowledged");
});

test("one that was carried out before a crash, and not yet remembered, is not done twice", async () => {
  const street = await open();
  const payload = await commandTo(street, "c1");
  street.command(payload);
  const point = street.pointOf(kitchen);
  if (point === undefined) throw new Error("no kitchen");
  const kept: string[] = [];
  const forgetful = createCommandTaker({
    gateway: gatewayId("gw-xian-1"),
    drill: false,
    clock: street.time.clock,
    pipeline: street.pipeline(),
    points: { byId: new Map([[kitchen, point]]) },
    keeper: {
      keep: () => Promise.reject(new Error("nothing is to be refused")),
      save: ([state]) => kept.push(state?.json ?? ""),
    },
    reportFault: () => {},
  });
  forgetful(downTopic(gatewayId("gw-xian-1"), "command"), payload);
  expect(kept).toEqual(['{"version":1,"ids":["c1"]}']);
  expect(await answers(street)).toEqual(["c1 acknowledged 李敏"]);
});

test.each<[string, Partial<Order>, string]>([
  ["after its time", { expiresAtMs: Date.UTC(2026, 10, 21) }, "expired"],
  ["for another gateway", { gateway: "gw-elsewhere" }, 'for gateway "gw-elsewhere"'],
  ["for a detector that is not here", { detector: "elsewhere" }, "no detector"],
  ["for an alarm that is over", { episode: "xian-2-1-603:device-alarm-co:old:1" }, "another one"],
  ["that has seen less than there is", { seen: "?" }, "worsened since"],
  ["for all rules at once", { rule: "all" }, "name the rule"],
  ["to let a hush end where there is none", { kind: "release-hush" }, "name and a reason"],
])("a command %s has no effect, and the center is told why", async (_, change, why) => {
  const street = await open();
  const payload = await commandTo(street, "c1", change);
  street.command(payload);
  street.command(payload);
  expect(await answers(street)).toEqual(["c1 command-refused 李敏"]);
  expect(await refusalIn(street)).toContain(why);
  expect(life(street)).toBe("unacknowledged");
});

test("a kind that this gateway does not know is refused by its name, and nothing is hushed from afar", async () => {
  const street = await open();
  const payload = (await commandTo(street, "c1")).replace('"acknowledge"', '"hush"');
  street.command(payload);
  expect(await answers(street)).toEqual(["c1 command-refused -"]);
  expect(street.faults()).toContain("command-unreadable");
  expect(street.buzzer()).toBe("on t4");
});

test("with a pinned key only what the center signed is done; a forgery does not use up the true one's name", async () => {
  const [center, stranger] = [createSigningKey(), createSigningKey()];
  const site = exampleSite();
  const pinned = { ...site.gateway.center, commandKey: publicKeyOf(center) };
  const street = await open({ ...site, gateway: { ...site.gateway, center: pinned } });
  for (const key of [undefined, stranger]) {
    street.command(await commandTo(street, "c1", {}, key));
    expect(street.faults()).toContain("command-forged");
  }
  const altered = (await commandTo(street, "c1", {}, center)).replace("李敏", "别人");
  street.command(altered);
  expect(await answers(street)).toEqual([]);
  street.command(await commandTo(street, "c1", {}, center));
  expect(await answers(street)).toEqual(["c1 acknowledged 李敏"]);
  expect(street.faults()).not.toContain("command-forged");
});

test("with a pinned key nothing unsigned is written down, and it uses up no true one's name", async () => {
  const site = exampleSite();
  const key = createSigningKey();
  const center = { host: "127.0.0.1", port: 1, commandKey: publicKeyOf(key) };
  const street = await open({ ...site, gateway: { ...site.gateway, center } });
  const unknown = JSON.stringify({ id: "c1", type: "canary.command.v1", data: { kind: "x" } });
  street.command(unknown);
  expect(street.faults()).toContain("command-unreadable");
  const spoilt: object = JSON.parse(await commandTo(street, "c1", {}, key));
  street.command(JSON.stringify({ ...spoilt, time: 1 }));
  expect(await answers(street)).toEqual([]);
  street.command(await commandTo(street, "c1", {}, key));
  expect(await answers(street)).toEqual(["c1 acknowledged 李敏"]);
  // A newer center's kind is refused by its name: it is signed.
  const data = { gateway: "gw-xian-1", kind: "new" };
  const signature = signText(key, signedText({ id: "c2", data }));
  street.command(JSON.stringify({ ...JSON.parse(unknown), id: "c2", signature, data }));
  expect((await answers(street))[1]).toMatch(/^c2 command-refused/);
});

test("what is no command at all is shown as a fault, and the gateway goes on", async () => {
  const street = await open();
  for (const text of ["", "{", "null", "[]", '{"type":"canary.command.v2","id":"x"}']) {
    street.command(text);
    expect(street.faults()).toContain("command-unreadable");
  }
  street.command(await commandTo(street, "c1"));
  expect(street.faults()).not.toContain("command-unreadable");
  expect(await answers(street)).toContain("c1 acknowledged 李敏");
});
