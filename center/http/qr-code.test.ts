import { expect, test } from "vitest";
import { qrCode } from "./qr-code.ts";
import { scan } from "./scan-code.testing.ts";

test("a phone's camera reads from the picture what was to be said, Chinese names too", async () => {
  const said =
    "otpauth://totp/Canary%20%E9%87%91%E4%B8%9D%E9%9B%80:%E7%8E%8B?secret=JBSWY3DPEHPK3PXP";
  expect(await scan(draw(await qrCode(said)))).toEqual([said]);
});

/** The picture's squares, four pixels each. */
const draw = (svg: string) => {
  const scale = 4;
  const side = Number(/width="(\d+)"/.exec(svg)?.[1]) * scale;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y, wide, high] of svg.matchAll(/M(\d+) (\d+)h(\d+)v(\d+)/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + Number(high)) * scale; row += 1)
      for (let at = Number(x) * scale; at < (Number(x) + Number(wide)) * scale; at += 1)
        data.fill(0, (row * side + at) * 4, (row * side + at) * 4 + 3);
  }
  return { data, width: side, height: side, colorSpace: "srgb" } as const;
};
