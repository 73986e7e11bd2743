/**
 * What a dead-man needs to know, in a file of its own: it must start when the site file is broken,
 * the packages are gone or the gateway never comes up.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DeadManOutputSite } from "#platform/site-file/protection-schema.ts";

export interface DeadManSettings {
  readonly gateway: string;
  readonly afterMs: number;
  /** Ends with the gateway that started it, when that leaves in good order with no alarm open. */
  readonly endsWithGateway: boolean;
  readonly outputs: readonly DeadManOutputSite[];
}

export const settingsFile = (folder: string): string => join(folder, "dead-man.json");
export const socketFile = (folder: string): string => join(folder, "dead-man.sock");
/** There while an alarm is open, for a dead-man that is itself started anew. */
export const openFile = (folder: string): string => join(folder, "dead-man.open");
/** There while it sounds: a relay goes on through a restart of the machine, and somebody must end it. */
export const soundingFile = (folder: string): string => join(folder, "dead-man.sounding");

/** Written whole or not at all. */
export const writeSettings = (folder: string, settings: DeadManSettings): void => {
  const file = settingsFile(folder);
  writeFileSync(`${file}.new`, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
};

/** Throws when there are none, or not of this form: systemd then starts the dead-man again. */
export const readSettings = (folder: string): DeadManSettings => {
  const value: unknown = JSON.parse(readFileSync(settingsFile(folder), "utf8"));
  if (!isSettings(value)) throw new Error(`${settingsFile(folder)} is not what the gateway writes`);
  return value;
};

/** Only the frame: the outputs were checked with the site file before they were written here. */
const isSettings = (value: unknown): value is DeadManSettings =>
  typeof value === "object" &&
  value !== null &&
  "gateway" in value &&
  "afterMs" in value &&
  typeof value.afterMs === "number" &&
  "outputs" in value &&
  Array.isArray(value.outputs);
