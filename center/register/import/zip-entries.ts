/**
 * What a ZIP archive says it holds, from its central directory: the list the unpacker goes by as
 * well, and it makes its buffers of exactly these sizes.
 */
import { inflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly isDeflated: boolean;
  /** Where its own header stands in the file. */
  readonly at: number;
}

/**
 * The entries of an archive; `undefined`: not a ZIP archive that we read (damaged, or ZIP64, which
 * no spreadsheet of allowed size needs).
 */
export const zipEntries = (file: Uint8Array): readonly ZipEntry[] | undefined => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = findEnd(view);
  if (end === undefined) return;
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  // ZIP64 marks its own sizes by these.
  if (count === 0xff_ff || at === 0xff_ff_ff_ff) return;
  if (count !== view.getUint16(end + 8, true)) return;
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > file.byteLength || view.getUint32(at, true) !== 0x02_01_4b_50) return;
    const nameLength = view.getUint16(at + 28, true);
    const entry: ZipEntry = {
      name: new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameLength)),
      isDeflated: view.getUint16(at + 10, true) === 8,
      packedBytes: view.getUint32(at + 20, true),
      unpackedBytes: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    };
    if (entry.unpackedBytes === 0xff_ff_ff_ff || entry.packedBytes === 0xff_ff_ff_ff) return;
    entries.push(entry);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
};

/** One entry as text; throws on a damaged one, and on one that is larger than it says. */
export const entryText = (file: Uint8Array, entry: ZipEntry): string => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const { at, packedBytes, unpackedBytes, isDeflated } = entry;
  const begin = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  const packed = file.subarray(begin, begin + packedBytes);
  const bytes = isDeflated
    ? inflateRawSync(packed, { maxOutputLength: Math.max(unpackedBytes, 1) })
    : packed;
  return new TextDecoder().decode(bytes);
};

/** The end record stands last, before a comment of at most 64 KiB. A ZIP64 one before it: none. */
const findEnd = (view: DataView): number | undefined => {
  const last = view.byteLength - 22;
  for (let at = last; at >= 0 && last - at <= 0xff_ff; at -= 1) {
    if (view.getUint32(at, true) !== 0x06_05_4b_50) continue;
    const zip64 = at >= 20 && view.getUint32(at - 20, true) === 0x07_06_4b_50;
    return zip64 ? undefined : at;
  }
  return undefined;
};
