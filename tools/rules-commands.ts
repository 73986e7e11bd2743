/** `canary rules …` on the command line. */
import type { Command } from "commander";
import type { RulesChange } from "./change-rules.ts";

interface Signed {
  readonly by: string;
  readonly reason: string;
}
interface PublishOptions extends Signed {
  readonly limits?: string;
  /** `false`: `--no-overrides`. */
  readonly overrides?: string | boolean;
  readonly apply?: true;
}

const version = [
  "<version>",
  "版本号 its number in `canary rules`",
  (text: string) => Number(text),
] as const;

export const addRulesCommands = (program: Command): void => {
  const rules = program
    .command("rules")
    .option("--json", "机器可读 machine readable")
    .description(
      "规则的版本:谁、何时、为何、改了什么;发布、试用、启用、回退 · the versions of the rules: who, when, why, what changed; publish, try, apply, roll back",
    )
    .action(async (options: { json?: true }) => {
      const { showRules } = await import("./rules.ts");
      process.exitCode = await showRules({ json: options.json === true });
    });

  const change = async (what: RulesChange, { by, reason }: Signed): Promise<void> => {
    const { changeRules } = await import("./change-rules.ts");
    const json = rules.opts<{ json?: true }>().json === true;
    process.exitCode = await changeRules(what, { by, reason, json });
  };

  signedBy(rules.command("publish"))
    .description(
      "新的一版,先影子试用;不给出的照站点文件 · a new edition, on trial at first; what is not given stays as in the site file",
    )
    .option("--limits <set>", "限值集 the limit set, such as cn-2026")
    .option(
      "--overrides <file.yaml>",
      "本站数值,同 gateway.rules.overrides the site's own numbers, as under gateway.rules.overrides",
    )
    .option("--no-overrides", "不要本站数值 without numbers of its own")
    .option("--apply", "直接启用,不试用 in force at once, without a trial")
    .action(async (options: PublishOptions) => {
      const { publishedWords } = await import("./published-words.ts");
      const words = publishedWords(options.limits, options.overrides);
      await change({ kind: "publish", words, decision: options.apply ? "apply" : "try" }, options);
    });
  signedBy(rules.command("apply"))
    .argument(...version)
    .description("启用一版 · put an edition in force")
    .action((number: number, signed: Signed) => change({ kind: "apply", version: number }, signed));
  signedBy(rules.command("try"))
    .argument(...version)
    .description("影子试用一版:记录,不响铃 · an edition on trial: recorded, rings nobody")
    .action((number: number, signed: Signed) => change({ kind: "try", version: number }, signed));
  signedBy(rules.command("end-trial"))
    .description("结束影子试用 · end the trial")
    .action((signed: Signed) => change({ kind: "end-trial" }, signed));
  signedBy(rules.command("rollback"))
    .argument(
      "[version]",
      "省略为此前判定的那一版 left out: the one that judged before",
      version[2],
    )
    .description("回到以前的一版 · back to an earlier edition")
    .action((number: number | undefined, signed: Signed) =>
      change({ kind: "roll-back", version: number }, signed),
    );
};

const signedBy = (command: Command): Command =>
  command
    .requiredOption("--by <name>", "谁负责 who answers for it")
    .requiredOption("--reason <text>", "为何 why");
