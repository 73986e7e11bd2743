import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import writeXlsxFile from "write-excel-file/node";
import { expect, test, vi } from "vitest";
import { checkRows } from "./check-rows.ts";
import { parseFile } from "./parse-file.ts";
import { readFile } from "./read-file.ts";
import { fileBytesMax } from "./sheet-limits.ts";
import { templateCsv, templateXlsx } from "./template.ts";

// A thread is started for a file; a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

const text = "社区,户号\n喜安社区,0028010603\n";
const rows = [
  ["社区", "户号"],
  ["喜安社区", "0028010603"],
];
/** 喜安社区,0028010603 as GB18030. */
const gb18030 = Buffer.from("c9e7c7f82cbba7bac50acfb2b0b2c9e7c7f82c303032383031303630330a", "hex");

test.each([
  ["UTF-8", Buffer.from(text)],
  ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${text}`)],
  ["GB18030", gb18030],
  ["semicolons", Buffer.from(text.replaceAll(",", ";"))],
  ["tabs, Windows line ends and quotes", Buffer.from('社区\t户号\r\n"喜安社区"\t 0028010603\r\n')],
])("CSV in %s keeps its Chinese and its leading zeros", async (_, file) => {
  expect(await readFile(file)).toEqual({ ok: true, value: rows });
});

test("XLSX keeps texts, and shows numbers as the file has them", async () => {
  const file = await writeXlsxFile([
    [{ value: "户号" }, { value: "序列号" }, { value: "到期日期" }],
    [
      { value: "0028010603" },
      { value: 8.61e20 },
      { value: new Date("2031-08-01"), type: Date, format: "yyyy-mm-dd" },
    ],
  ]).toBuffer();
  expect(await readFile(file)).toEqual({
    ok: true,
    value: [
      ["户号", "序列号", "到期日期"],
      ["0028010603", "861000000000000000000", "2031-08-01"],
    ],
  });
});

test("both templates are read back without a mistake", async () => {
  for (const file of [Buffer.from(templateCsv()), await templateXlsx()]) {
    const sheet = await readFile(file);
    if (!sheet.ok) throw new Error(sheet.error.en);
    const checked = checkRows(sheet.value);
    expect(checked.mistakes).toEqual([]);
    expect(checked.rows).toHaveLength(1);
    expect(checked.rows[0]?.cells.household).toBe("0028010603");
  }
});

test("a bomb is refused, whether it tells its size or lies about it", async () => {
  const big = Buffer.alloc(80 * 1024 * 1024, "<c/>");
  const honest = zipOf("xl/worksheets/sheet1.xml", big, big.length);
  expect(honest.length).toBeLessThan(fileBytesMax);
  expect(await readFile(honest)).toMatchObject({
    ok: false,
    error: { zh: "XLSX 解压后过大,已拒绝。请只保留需要导入的工作表" },
  });
  const lying = zipOf("xl/worksheets/sheet1.xml", big, 1_000);
  expect((await readFile(lying)).ok).toBe(false);
});

test("what is too large, damaged or of no known encoding is refused with words", async () => {
  const files = [
    Buffer.alloc(fileBytesMax + 1),
    Buffer.from([0x50, 0x4b, 3, 4, 1, 2, 3]),
    Buffer.from([0xff, 0xff, 0xff, 0xff]),
    Buffer.from('社区,户号\n"喜安,1\n'),
    Buffer.from(`社区\n${"长".repeat(501)}\n`),
    Buffer.from(`社区\n${"x\n".repeat(20_001)}`),
  ];
  for (const file of files) expect((await readFile(file)).ok).toBe(false);
});

test("no bytes throw", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.string().map((one) => Buffer.from(one)),
      ),
      fc.boolean(),
      async (bytes, asZip) => {
        const file = asZip ? Buffer.concat([Buffer.from("PK"), bytes]) : bytes;
        const sheet = await parseFile(file);
        if (sheet.ok) checkRows(sheet.value);
      },
    ),
    { numRuns: 500 },
  );
});

/** An archive of one entry that says it unpacks to `told` bytes. */
const zipOf = (name: string, content: Buffer, told: number): Buffer => {
  const packed = deflateRawSync(content);
  const sizes = (start: Buffer): Buffer => {
    const rest = Buffer.alloc(16);
    rest.writeUInt32LE(packed.length, 4);
    rest.writeUInt32LE(told, 8);
    rest.writeUInt16LE(name.length, 12);
    return Buffer.concat([start, rest]);
  };
  const local = Buffer.concat([
    sizes(Buffer.from("504b03041400000008000000 0000".replaceAll(" ", ""), "hex")),
    Buffer.from(name),
    packed,
  ]);
  const central = Buffer.concat([
    sizes(Buffer.from("504b0102140014000000080000000000", "hex")),
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
};
