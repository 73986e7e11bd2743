import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import writeXlsxFile from "write-excel-file/node";
import { expect, test, vi } from "vitest";
import { checkRows } from "./check-rows.ts";
import { parseFile } from "./parse-file.ts";
import { readFile } from "./read-file.ts";
import { fileBytesMax } from "./sheet-limits.ts";
import { templateCsv, templateXlsx } from "./template.ts";
import { entryText, zipEntries } from "./zip-entries.ts";

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
      { value: 8.61e22 },
      { value: new Date("2031-08-01"), type: Date, format: "yyyy-mm-dd" },
    ],
  ]).toBuffer();
  expect(await readFile(file)).toEqual({
    ok: true,
    value: [
      ["户号", "序列号", "到期日期"],
      ["0028010603", "8.61e+22", "2031-08-01"],
    ],
  });
});

test("cells that show what they do not hold are named, not read as empty", async () => {
  const heading = [{ value: "户号" }, { value: "地址" }, { value: "电话" }];
  const first = [{ value: "0028010603" }, { value: "喜安社区2栋603" }, { value: "138" }];
  const merged = await writeXlsxFile([
    heading,
    [{ ...first[0], rowSpan: 2 }, { ...first[1], rowSpan: 2 }, first[2]],
    [null, null, { value: "139" }],
  ]).toBuffer();
  expect(await readFile(merged)).toEqual({
    ok: false,
    error: {
      zh: "A2:A3、B2:B3 是合并单元格:只有左上角一格有内容。请取消合并,逐行填写",
      en: "in A2:A3, B2:B3: merged cells, of which only the first holds the text. Unmerge them and fill in every row",
    },
  });

  const plain = await writeXlsxFile([heading, first]).toBuffer();
  const withCell = (xml: string) => readFile(changed(plain, /<c r="C2"[^]*?<\/c>/, xml));
  for (const [xml, words] of [
    ['<c r="C2" t="e"><f>VLOOKUP(A2,X:Y,2,0)</f><v>#N/A</v></c>', "C2 是公式错误"],
    ['<c r="C2" s="1"><f>B2</f></c>', "C2 的公式没有保存结果"],
    ['<c r="C2"><v>8612345678901230</v></c>', "C2 是超过 15 位的数字"],
  ] as const) {
    const read = await withCell(xml);
    expect(read.ok ? read.value : read.error.zh).toContain(words);
  }
  for (const xml of [
    '<c r="C2" t="str"><f>B2</f><v>8612345678901230</v></c>',
    '<c r="C2"><v>861234567890123</v></c>',
  ]) {
    expect(await withCell(xml)).toMatchObject({ ok: true });
  }
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
  const honest = zipOf([{ name: "xl/worksheets/sheet1.xml", content: big }]);
  expect(honest.length).toBeLessThan(fileBytesMax);
  expect(await readFile(honest)).toMatchObject({
    ok: false,
    error: { zh: "XLSX 解压后过大,已拒绝。请只保留需要导入的工作表" },
  });
  const lying = zipOf([{ name: "xl/worksheets/sheet1.xml", content: big, told: 1_000 }]);
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

/** A ZIP archive; `told`: the size it says an entry has, when that is a lie. */
const zipOf = (files: readonly { name: string; content: Buffer; told?: number }[]): Buffer => {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  for (const { name, content, told } of files) {
    const packed = deflateRawSync(content);
    const sizes = (start: string): Buffer => {
      const rest = Buffer.alloc(16);
      rest.writeUInt32LE(packed.length, 4);
      rest.writeUInt32LE(told ?? content.length, 8);
      rest.writeUInt16LE(name.length, 12);
      return Buffer.concat([Buffer.from(start, "hex"), rest]);
    };
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(Buffer.concat(locals).length, 10);
    centrals.push(sizes("504b0102140014000000080000000000"), rest, Buffer.from(name));
    locals.push(sizes("504b030414000000080000000000"), Buffer.from(name), packed);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(centrals).length, 12);
  end.writeUInt32LE(Buffer.concat(locals).length, 16);
  return Buffer.concat([...locals, ...centrals, end]);
};

/** The spreadsheet with this part of its first sheet replaced. */
const changed = (file: Buffer, part: RegExp, by: string): Buffer =>
  zipOf(
    (zipEntries(file) ?? []).map((entry) => {
      const content = entryText(file, entry);
      if (entry.name !== "xl/worksheets/sheet1.xml") {
        return { name: entry.name, content: Buffer.from(content) };
      }
      expect(content).toMatch(part);
      return { name: entry.name, content: Buffer.from(content.replace(part, by)) };
    }),
  );
