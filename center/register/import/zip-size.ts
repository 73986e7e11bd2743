/**
 * How much a ZIP archive says it unpacks to, from its central directory: the list the unpacker goes
 * by as well, and it makes its buffers of exactly these sizes. `undefined`: not a ZIP archive that
 * we read (damaged, or ZIP64, which no spreadsheet of allowed size needs).
 */
export const zipSize = (
  file: Uint8Array,
): { readonly entries: number; readonly unpackedBytes: number } | undefined => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = findEnd(view);
  if (end === undefined) return;
  const entries = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  // ZIP64 marks its own sizes by these.
  if (entries === 0xff_ff || at === 0xff_ff_ff_ff) return;
  if (entries !== view.getUint16(end + 8, true)) return;
  let unpackedBytes = 0;
  for (let index = 0; index < entries; index += 1) {
    if (at + 46 > file.byteLength || view.getUint32(at, true) !== 0x02_01_4b_50) return;
    const unpacked = view.getUint32(at + 24, true);
    if (unpacked === 0xff_ff_ff_ff || view.getUint32(at + 20, true) === 0xff_ff_ff_ff) return;
    unpackedBytes += unpacked;
    at +=
      46 +
      view.getUint16(at + 28, true) +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true);
  }
  return { entries, unpackedBytes };
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
