import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";

/**
 * `text` as a QR code: an SVG document of dark squares on white, its quiet zone included. The
 * machinery (12 MB) is loaded by the first one.
 */
export const qrCode = async (text: string): Promise<string> => {
  await prepare();
  const { svg, error } = await writeBarcode(text, { format: "QRCode", ecLevel: "M" });
  if (error !== "") throw new Error(`no QR code: ${error}`);
  return svg;
};

let prepared: Promise<void> | undefined;

/** From our own disk: left to itself it fetches its program from the internet. */
const prepare = (): Promise<void> => (prepared ??= load());

const load = async (): Promise<void> => {
  const wasm = await readFile(
    fileURLToPath(import.meta.resolve("zxing-wasm/writer/zxing_writer.wasm")),
  );
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength);
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
};
