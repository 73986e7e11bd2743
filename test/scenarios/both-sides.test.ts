/** What is done at the gateway's board and at the center's desk while the line between is cut. */
import { expect, onTestFinished, test } from "vitest";
import type { DeskAlarm } from "#domain/desk.ts";
import { detectorId } from "#domain/ids.ts";
import { minutes } from "#domain/quantity.ts";
import { openCutStreet } from "./open-cut-street.ts";

const kitchen = "xian-2-1-603";
const alarmed = { co_ppm: 80, status: ["alarm"] };

const open = async () => {
  const street = await openCutStreet();
  onTestFinished(street.close);
  await street.edge.says(kitchen, alarmed);
  await street.exchange();
  return street;
};

/** The homes that say nothing meanwhile raise alarms of their own. */
const co = async (street: Awaited<ReturnType<typeof open>>): Promise<DeskAlarm | undefined> =>
  (await street.alarms()).find(({ notice }) => notice.event.rule === "device-alarm-co");
const timeline = (alarm: DeskAlarm | undefined): string[] =>
  (alarm?.actions ?? [])
    .map(({ kind, by, origin, at }) => ({ kind, by, origin, at: origin?.askedAtMs ?? at.wallMs }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ kind, by, origin }) => `${kind} ${by} ${origin?.side}`);
const onGateway = (street: Awaited<ReturnType<typeof open>>) =>
  street.edge.pointOf(detectorId(kitchen))?.state.alarms.life[0];

test("a desk's signature reaches the gateway at once, and is answered by its record", async () => {
  const street = await open();
  expect(await street.signAtDesk("李敏", kitchen)).toBe("signed");
  expect((await co(street))?.commands).toMatchObject([{ by: "李敏", state: "waiting" }]);
  await street.exchange();
  const alarm = await co(street);
  expect(alarm?.commands).toMatchObject([{ kind: "acknowledge", state: "done" }]);
  expect(timeline(alarm)).toEqual(["acknowledged 李敏 center"]);
  expect(onGateway(street)?.acknowledgedBy).toBe("李敏");
  const before = street.sent.length;
  street.edge.time.advance(60_000);
  await street.exchange();
  expect(street.sent.length).toBe(before);
});

test("board at 03:14, desk at 03:15, line cut: both stand, the board owns it, both sides say so", async () => {
  const street = await open();
  street.cutLine();
  street.edge.time.advance(minutes(1));
  expect(await street.signAtBoard("王强", kitchen)).toBe("signed");
  street.edge.time.advance(minutes(1));
  expect(await street.signAtDesk("李敏", kitchen)).toBe("signed");
  await street.exchange();
  expect((await co(street))?.case).toMatchObject({ acceptedBy: "李敏" });
  expect(onGateway(street)?.acknowledgedBy).toBe("王强");

  street.edge.time.advance(minutes(20));
  await street.mendLine();
  const alarm = await co(street);
  expect(timeline(alarm)).toEqual(["acknowledged 王强 board", "acknowledged 李敏 center"]);
  expect(alarm?.case).toMatchObject({ state: "accepted", acceptedBy: "王强" });
  expect(onGateway(street)?.acknowledgedBy).toBe("王强");
  expect(alarm?.commands).toMatchObject([{ by: "李敏", state: "done" }]);
});

test("what the board resets while the line is cut is told at the center with who and where", async () => {
  const street = await open();
  street.cutLine();
  street.edge.time.advance(minutes(1));
  await street.edge.says(kitchen, { co_ppm: 2, status: [] });
  expect(await street.resetAtBoard("王强", kitchen)).toContain("signed for");
  expect(await street.signAtBoard("王强", kitchen)).toBe("signed");
  street.edge.time.advance(minutes(1));
  expect(await street.resetAtBoard("王强", kitchen)).toBe("reset");
  expect(onGateway(street)).toBeUndefined();
  await street.mendLine();
  const alarm = await co(street);
  expect(timeline(alarm)).toEqual(["acknowledged 王强 board", "reset 王强 board"]);
  expect(alarm?.actions?.find(({ kind }) => kind === "reset")).toMatchObject({
    reason: "已到场查看",
    origin: { source: "192.168.1.20" },
  });
});

test("desk at 03:13, board at 03:14, line cut: the desk owns it on both sides", async () => {
  const street = await open();
  street.cutLine();
  street.edge.time.advance(minutes(1));
  await street.signAtDesk("李敏", kitchen);
  street.edge.time.advance(minutes(1));
  await street.signAtBoard("王强", kitchen);
  await street.mendLine();
  const alarm = await co(street);
  expect(timeline(alarm)).toEqual(["acknowledged 李敏 center", "acknowledged 王强 board"]);
  expect(alarm?.case).toMatchObject({ acceptedBy: "李敏" });
  expect(onGateway(street)?.acknowledgedBy).toBe("李敏");
});

test("the board alone: the case is accepted in that name when the line is back, and nobody rings again", async () => {
  const street = await open();
  street.cutLine();
  street.edge.time.advance(minutes(1));
  await street.signAtBoard("王强", kitchen);
  await street.exchange();
  expect((await co(street))?.case.state).toBe("reported");
  await street.mendLine();
  const alarm = await co(street);
  expect(alarm?.case).toMatchObject({ state: "accepted", acceptedBy: "王强" });
  expect(await street.signAtDesk("李敏", kitchen)).toBe("taken");
});

test("what was signed at the desk is not taken for a signature under what came after: told back with the reason", async () => {
  const street = await openCutStreet();
  onTestFinished(street.close);
  await street.edge.says(kitchen, { ch4_lel: 12 });
  street.edge.time.advance(6_000);
  await street.exchange();
  street.cutLine();
  expect(await street.signAtDesk("李敏", kitchen)).toBe("signed");
  street.edge.time.advance(minutes(1));
  await street.edge.says(kitchen, { ch4_lel: 25 });
  await street.mendLine();
  const gas = (await street.alarms()).find(({ notice }) => notice.event.rule === "combustible");
  expect(gas?.notice.event.kind).toBe("worsened");
  expect(gas?.commands).toMatchObject([
    { state: "refused", reason: expect.stringContaining("worsened since") },
  ]);
  expect(timeline(gas)).toEqual(["command-refused 李敏 center"]);
  // Nobody has signed for it at the gateway: its buzzers may ask for a person again.
  expect(onGateway(street)).toBeUndefined();
});

test("a command is given up after its day, and the desk sees that the gateway never had it", async () => {
  const street = await open();
  street.cutLine();
  await street.signAtDesk("李敏", kitchen);
  street.edge.time.advance(25 * 3_600_000);
  await street.exchange();
  expect((await co(street))?.commands).toMatchObject([{ state: "expired" }]);
  await street.mendLine();
  expect(street.sent).toEqual([]);
  expect(onGateway(street)).toBeUndefined();
});

test("a gateway answers only for its own commands", async () => {
  const street = await open();
  street.cutLine();
  await street.signAtDesk("李敏", kitchen);
  const [command] = (await co(street))?.commands ?? [];
  await street.strangerAnswers(command?.id ?? "");
  expect((await co(street))?.commands).toMatchObject([{ state: "waiting" }]);
});
