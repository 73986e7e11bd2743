import { createInterface } from "node:readline/promises";
import { isName } from "#domain/ids.ts";
import { hashPin, pinMistake, randomPin } from "#gateway/people/pin.ts";
import { createToken, hashToken } from "#platform/device-credentials.ts";

export interface PinOptions {
  readonly badge?: boolean;
  readonly own?: boolean;
  readonly json?: boolean;
}

/**
 * `canary pin <id>`: a PIN by chance, or one typed at the prompt (`--own`: never on the command line,
 * where others could read it), and the line for the site file; `--badge`: the code to be written on
 * a card or printed as a QR code.
 */
export const makePin = async (id: string, options: PinOptions): Promise<number> => {
  if (!isName(id)) {
    console.error(
      `「${id}」不能作工号:用字母、汉字、数字和 . _ -,最多 64 个 · "${id}" is no id: letters, Chinese, digits and . _ -, at most 64`,
    );
    return 2;
  }
  if (options.badge === true) {
    const token = createToken();
    return print(options, "badge", `${id}.${token}`, hashToken(token));
  }
  const pin = options.own === true ? await ask() : randomPin();
  const mistake = pinMistake(pin);
  if (mistake !== undefined) {
    console.error(`${mistake.zh} · ${mistake.en}`);
    return 2;
  }
  return print(options, "pin", pin, await hashPin(pin));
};

const ask = async (): Promise<string> => {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await prompt.question("PIN(6–12 位数字 digits): ")).trim();
  } finally {
    prompt.close();
  }
};

const print = (options: PinOptions, kind: "pin" | "badge", secret: string, hash: string) => {
  if (options.json === true) {
    console.log(JSON.stringify({ [kind]: secret, [`${kind}Hash`]: hash }));
    return 0;
  }
  console.log(
    [
      `交给本人 for the person:      ${kind === "pin" ? "PIN" : "卡 badge"} ${secret}`,
      `站点文件 for the site file, under gateway.people:   ${kind}Hash: "${hash}"`,
      `只显示这一次 · shown this once`,
    ].join("\n"),
  );
  return 0;
};
