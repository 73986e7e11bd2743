import type { Bilingual, Result } from "#domain/result.ts";

/** An open serial port or socket: bytes out, and a way to be rid of it. */
export interface BytePort {
  /** Hands bytes to the operating system. A failure also ends the port (`onClose`). */
  readonly write: (bytes: Uint8Array) => Promise<Result<void, Bilingual>>;
  /** Resolves once everything written has left the machine, as far as the system can tell. */
  readonly drain: () => Promise<Result<void, Bilingual>>;
  /** Forgets bytes the system has received but not yet handed over. */
  readonly flush: () => Promise<void>;
  /** Resolves once the port is free for others. Harmless when it is already gone. */
  readonly close: () => Promise<void>;
}

/** What an open port tells. After `onClose`, which comes at most once, it tells nothing more. */
export interface PortEvents {
  readonly onBytes: (bytes: Uint8Array) => void;
  /** The port went away by itself: unplugged, reset by the other end, or a write failed. */
  readonly onClose: (cause: Bilingual) => void;
}

/** Opens once. A port that cannot be opened is a value that says what to check. */
export type OpenPort = (events: PortEvents) => Promise<Result<BytePort, Bilingual>>;
