/** Readings as ready bytes: nothing is encoded while the clock runs, only two fields are overwritten. */
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import { lengthBytes, publishPacket } from "#platform/mqtt-listener/wire-for-tests.ts";
import { detectorName } from "./jobs.ts";

export type ReadingKind = "harmless" | "alarm";

/** The readings of one detector; packet ids 1 to 65,535 and then anew, device numbers without end. */
export interface ReadingPackets {
  readonly next: (kind: ReadingKind) => Buffer;
  /** An alarm of another detector over the same connection, as a bridge sends it. */
  readonly alarmOf: (detector: number) => Buffer;
}

const firstSeq = 10_000_000;

/** Some 120 bytes of payload, as performance.md measures. QoS 1. */
export const createReadingPackets = (detector: number, wallMs: number): ReadingPackets => {
  const at = epochToRfc3339(epochMs(wallMs));
  const levels = { at, co_ppm: 1.5, ch4_lel: 0.2, lpg_lel: 0 };
  const templates = {
    harmless: template(detector, { ...levels, status: [] }),
    alarm: template(detector, { ...levels, status: ["alarm"] }),
  };
  let packetId = 0;
  let seq = firstSeq;
  const numbered = ({ bytes, idAt, seqAt }: Template): Buffer => {
    packetId = packetId === 65_535 ? 1 : packetId + 1;
    seq += 1;
    const packet = Buffer.from(bytes);
    packet.writeUInt16BE(packetId, idAt);
    packet.write(String(seq), seqAt, "latin1");
    return packet;
  };
  return {
    next: (kind) => numbered(templates[kind]),
    alarmOf: (other) => numbered(template(other, { ...levels, status: ["alarm"] })),
  };
};

type Template = ReturnType<typeof template>;

const template = (detector: number, fields: object) => {
  const topic = `canary/v1/detectors/${detectorName(detector)}/reading`;
  const payload = JSON.stringify({ seq: firstSeq, ...fields });
  const bytes = publishPacket(topic, payload, { qos: 1 });
  const rest = 2 + Buffer.byteLength(topic) + 2 + Buffer.byteLength(payload);
  return {
    bytes,
    idAt: 1 + lengthBytes(rest).length + 2 + Buffer.byteLength(topic),
    seqAt: bytes.indexOf(String(firstSeq)),
  };
};
