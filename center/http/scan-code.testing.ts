import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

/** What a scanner reads in a picture: of pixels, or the bytes of a PNG. */
export const scan = async (
  picture: Parameters<typeof readBarcodes>[0],
): Promise<readonly string[]> => {
  const wasm = await readFile(
    fileURLToPath(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm")),
  );
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength);
  prepareZXingModule({ overrides: { wasmBinary } });
  const found = await readBarcodes(picture, { formats: ["QRCode"] });
  return found.map(({ text }) => text);
};
