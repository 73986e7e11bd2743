/** What gateway and dead-man say to each other, a JSON line each. Neither believes more than this. */

/** From the gateway, every second and at every change. */
export interface Beat {
  /** An urgent gas or CO alarm stands. */
  readonly open: boolean;
  /** It lost its record of what stood before, and cannot say: who sounds goes on. */
  readonly unsure?: true;
  /** The gateway leaves in good order. */
  readonly bye?: true;
}

/** The answer to each beat. */
export interface Answer {
  readonly pid: number;
  readonly sounding: boolean;
}

export const beatEveryMs = 1_000;

export const parseBeat = (line: string): Beat | undefined => {
  const value = parse(line);
  if (value === undefined || typeof value["open"] !== "boolean") return undefined;
  return {
    open: value["open"],
    ...(value["unsure"] === true && { unsure: true }),
    ...(value["bye"] === true && { bye: true }),
  };
};

export const parseAnswer = (line: string): Answer | undefined => {
  const value = parse(line);
  if (value === undefined || typeof value["pid"] !== "number") return undefined;
  return { pid: value["pid"], sounding: value["sounding"] === true };
};

/** Cuts what comes into lines; a peer that never ends one is cut off. */
export const createLineReader = (onLine: (line: string) => void) => {
  let rest = "";
  return (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = (lines.pop() ?? "").slice(-lineMax);
    for (const line of lines) onLine(line);
  };
};

const lineMax = 1_000;

const parse = (line: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};
