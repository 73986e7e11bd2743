/**
 * The dead-man: a small process beside the gateway that sounds a siren of its own when the gateway
 * dies or hangs with an alarm open. It shares no code path with judging, no broker and no database.
 *
 *     node gateway/dead-man/main.ts <folder with dead-man.json>
 */
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import { milliseconds, monoMs } from "#domain/quantity.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers } from "#platform/timers.ts";
import { isDeadManDue, type Watch } from "#rules/protection/dead-man.ts";
import { createSiren } from "./outputs.ts";
import { isDeepStrictEqual } from "node:util";
import { openFile, readSettings, socketFile, soundingFile } from "./settings.ts";
import { createLineReader, parseBeat, type Answer, type Beat } from "./words.ts";

const tickMs = 250;

const stand = (folder: string): void => {
  const settings = readSettings(folder);
  const { outputs, afterMs, endsWithGateway } = settings;
  const clock = openSystemClock();
  const timers = systemTimers;
  const sirens = outputs.map((output, index) =>
    createSiren(output, index, { clock, timers, reportFault: say }),
  );
  // When this very process was started anew in the middle of an alarm: its outputs may still sound.
  let sounding = existsSync(soundingFile(folder));
  let watch: Watch = {
    heardAtMs: sounding ? monoMs(Number.NEGATIVE_INFINITY) : clock.now().monoMs,
    open: existsSync(openFile(folder)),
  };
  let unsure = false;

  const judge = (): void => {
    const due = isDeadManDue(watch, clock.now().monoMs, milliseconds(afterMs));
    // Handed back only to a gateway that knows whether somebody is still in danger.
    if (due === sounding || (sounding && unsure)) return;
    sounding = due;
    log(due ? "dead-man sounds: no sign of life with an alarm open" : "dead-man hands back");
    if (due) sound();
    else void fallSilent();
  };
  const sound = (): void => {
    for (const siren of sirens) siren.sound();
    note(soundingFile(folder), true);
  };
  const fallSilent = async (): Promise<void> => {
    await Promise.all(sirens.map((siren) => siren.silence()));
    if (!sounding) note(soundingFile(folder), false);
  };
  const hear = (beat: Beat): void => {
    if (beat.open !== watch.open) note(openFile(folder), beat.open);
    watch = { heardAtMs: clock.now().monoMs, open: beat.open };
    unsure = beat.unsure === true;
    judge();
    if (beat.bye === true && endsWithGateway && !beat.open) void leave();
  };
  const leave = async (): Promise<void> => {
    await Promise.all(sirens.map((siren) => siren.silence()));
    process.exit(0);
  };
  /** With new settings it must start anew: whoever started it does so again. */
  const isOutdated = (): boolean => {
    try {
      return !isDeepStrictEqual(readSettings(folder), settings);
    } catch {
      return false; // unreadable ones are no reason to stand down
    }
  };
  const door = openDoor(socketFile(folder), (socket) => {
    if (!sounding && !watch.open && isOutdated()) void leave();
    const read = createLineReader((line) => {
      const beat = parseBeat(line);
      if (beat === undefined) return;
      hear(beat);
      const answer: Answer = { pid: process.pid, sounding };
      socket.write(`${JSON.stringify(answer)}\n`);
    });
    socket.setEncoding("utf8").on("data", (text) => read(String(text)));
  });
  if (sounding) sound();
  // Not `systemTimers`: this one must keep the process alive.
  setInterval(() => {
    // Another stands in our place, because we hung: two would not know of one gateway's return. What
    // sounds is left to it.
    if (door.isTaken()) process.exit(0);
    judge();
  }, tickMs);
  log(`dead-man stands by, ${outputs.length} output(s), ${afterMs} ms`);
};

/** One socket that only this user may speak to. A file left by a dead process is in nobody's use. */
const openDoor = (file: string, onConnection: (socket: Socket) => void) => {
  rmSync(file, { force: true });
  process.umask(0o077);
  let inode: number | undefined;
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy()); // gone; the beats that do not come tell it
    onConnection(socket);
  });
  server.listen(file, () => {
    inode = inodeOf(file);
  });
  return {
    isTaken: () => {
      const now = inodeOf(file);
      // A socket file that is only missing is replaced by the dead-man the gateway then starts.
      return now === undefined ? !existsSync(dirname(file)) : inode !== undefined && now !== inode;
    },
  };
};

const inodeOf = (file: string): number | undefined =>
  statSync(file, { throwIfNoEntry: false })?.ino;

const note = (file: string, present: boolean): void => {
  try {
    if (present) writeFileSync(file, "");
    else rmSync(file, { force: true });
  } catch (error) {
    log(`dead-man cannot note it for its next life: ${String(error)}`); // this one knows it
  }
};

const log = (text: string): void => void process.stderr.write(`${text}\n`);
const say = ({ key, present, text }: { key: string; present: boolean; text: { en: string } }) =>
  log(`${present ? "fault" : "well"} ${key}: ${text.en}`);

// A terminal's Ctrl-C is meant for the gateway: who stands by outlives it and goes when it says so.
process.on("SIGINT", () => {});
process.on("SIGHUP", () => {});
stand(process.argv[2] ?? ".");
