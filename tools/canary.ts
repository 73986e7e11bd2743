/** The `canary` command. Each subcommand loads only what it needs, so that a small one starts fast. */
import { Command, Option } from "commander";
import type { ProveOptions } from "./prove.ts";
import { addRulesCommands } from "./rules-commands.ts";

const program = new Command("canary")
  .description(
    "金丝雀:街道一氧化碳与可燃气体联网报警 · edge gateway and alarm hub for CO and combustible gas",
  )
  .version("0.1.0")
  .showHelpAfterError()
  .addHelpText(
    "after",
    "\n退出码 Exit codes: 0 好 done · 1 失败 failed · 2 用法不对 wrong usage · 78 配置或端口不对 cannot start as configured",
  )
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

program
  .command("start")
  .argument("[role]", "gateway | center;省略为整条街 both when left out")
  .description("运行一条街(中心+网关),或只运行一个角色 · run one street, or one role")
  .action(async (role: string | undefined) => {
    const { start } = await import("./start.ts");
    process.exitCode = await start(role);
  });

for (const role of ["gateway", "center"] as const) {
  program
    .command(role)
    .description(
      role === "gateway"
        ? "运行社区网关 · run the community gateway"
        : "运行街道中心 · run the street center",
    )
    .action(async () => {
      const { runRole } = await import("./run-role.ts");
      process.exitCode = await runRole(role);
    });
}

program
  .command("demo")
  .description(
    "整条街加模拟探测器和一次演练泄漏 · the street with simulated detectors and a staged leak (a drill)",
  )
  .action(async () => {
    const { demo } = await import("./demo.ts");
    process.exitCode = await demo();
  });

program
  .command("check")
  .description("检查站点文件,一次列出所有错误 · check the site file, every mistake at once")
  .option("--json", "机器可读 machine readable")
  .action(async (options: { json?: true }) => {
    const { check } = await import("./check-site.ts");
    process.exitCode = check(options.json === true);
  });

program
  .command("credential")
  .argument("<name>", "探测器、网关或账号名 detector, gateway or account")
  .description("生成 MQTT 口令及其散列 · make an MQTT token and the hash for the site file")
  .option("--json", "机器可读 machine readable")
  .action(async (name: string, options: { json?: true }) => {
    const { credential } = await import("./credential.ts");
    process.exitCode = credential(name, options.json === true);
  });

program
  .command("reset-password")
  .argument("[account]", "账号名 account", "admin")
  .option("--second-factor", "同时解除手机验证码 also remove a lost phone")
  .option("--json", "机器可读 machine readable")
  .description(
    "在本机为账号生成一次性密码(写入审计)· a one-time password for somebody locked out, on this machine, audited",
  )
  .action(async (account: string, options: { secondFactor?: true; json?: true }) => {
    const { resetPasswordHere } = await import("./reset-password.ts");
    process.exitCode = await resetPasswordHere({
      account,
      secondFactor: options.secondFactor === true,
      json: options.json === true,
    });
  });

program
  .command("data-key")
  .option("--rotate", "加入新密钥,重启后生效 put a new key in front, used from the next start on")
  .option("--json", "机器可读 machine readable")
  .description("个人数据密钥的位置与轮换 · where the key of personal data is, and changing it")
  .action(async (options: { rotate?: true; json?: true }) => {
    const { dataKey } = await import("./data-key.ts");
    process.exitCode = await dataKey({
      rotate: options.rotate === true,
      json: options.json === true,
    });
  });

program
  .command("pin")
  .argument("<id>", "工号,看板上输入 what the person types at the board")
  .description("生成看板 PIN 或卡及其散列 · make a PIN or badge for the gateway's board")
  .option("--own", "自己输入 PIN type a PIN of one's own")
  .option("--badge", "生成卡的内容 make the code of a badge")
  .option("--json", "机器可读 machine readable")
  .action(async (id: string, options: { own?: true; badge?: true; json?: true }) => {
    const { makePin } = await import("./pin.ts");
    process.exitCode = await makePin(id, options);
  });

program
  .command("profiles")
  .description("列出设备画像 · list the device profiles")
  .option("--json", "机器可读 machine readable")
  .action(async (options: { json?: true }) => {
    const { listProfiles } = await import("./profiles.ts");
    process.exitCode = listProfiles(options.json === true);
  });

program
  .command("import")
  .argument("<file>", "CSV 或 XLSX 文件 a CSV or XLSX file (docs/import.md)")
  .description("批量登记探测器、住户和居民 · import detectors, homes and residents")
  .option("--dry-run", "只检查,不写入 check only, write nothing")
  .option("--json", "机器可读 machine readable")
  .action(async (file: string, options: { dryRun?: true; json?: true }) => {
    const { importFile } = await import("./import.ts");
    process.exitCode = await importFile(file, options);
  });

program
  .command("decode")
  .argument("<message>", "JSON 报文,或十六进制帧 a JSON payload, or a frame in hex")
  .description("解释一条设备报文 · say what one device message means")
  .option("--profile <id>", "设备画像 device profile (see `canary profiles`)", "native")
  .option("--topic <topic>", "MQTT 主题 topic, for the dialects that speak by topic")
  .option("--json", "机器可读 machine readable")
  .action(async (message: string, options: { profile: string; topic?: string; json?: true }) => {
    const { decode } = await import("./decode.ts");
    process.exitCode = decode(message, options);
  });

program
  .command("simulate")
  .description("通过真实 MQTT 发送模拟探测器读数 · publish simulated detectors over real MQTT")
  .option("--url <url>", "网关的 MQTT 地址 the gateway's broker", "mqtt://127.0.0.1:1883")
  .option("--detectors <n>", "台数 how many", "20")
  .option("--period <ms>", "上报间隔毫秒 reporting period in ms", "1000")
  .option("--seconds <n>", "运行秒数,0 为直到中断 how long, 0 until interrupted", "0")
  .action(async (options: { url: string; detectors: string; period: string; seconds: string }) => {
    const { simulate } = await import("./simulate.ts");
    process.exitCode = await simulate(options);
  });

program
  .command("replay")
  .argument(
    "[options...]",
    "<记录 trace.csv | minutes.json | history.jsonl> --rules <set> …;不带参数列出全部 all without any",
  )
  .description(
    "用录下的数据演练规则,可比较两套 · rehearse rules on a recording, or compare two sets",
  )
  // Its options are its own: they are read, refused and explained in one place.
  .allowUnknownOption()
  .helpOption(false)
  .action(async (args: readonly string[]) => {
    const { replayUsage, runReplay } = await import("./replay.ts");
    if (args.includes("--help")) {
      process.stdout.write(`${replayUsage}\n`);
      return;
    }
    process.exitCode = await runReplay(args, {
      write: (text) => process.stdout.write(`${text}\n`),
      complain: (text) => process.stderr.write(`${text}\n`),
    });
  });

addRulesCommands(program);

program
  .command("prove")
  .description(
    "证明无缺失:网关记录与中心收到逐号核对,或校验一份日志 · prove that nothing was lost, or that a journal is unaltered",
  )
  .option("--journal <file>", "网关日志 journal.sqlite:校验链 a gateway's journal: its hash chain")
  .option("--from <time>", "从何时 from, such as 2026-11-22")
  .option("--to <time>", "到何时 to, the day included")
  .option(
    "--audit",
    "审计日志:是否完整、有无改动 the center's audit log: is it whole and unaltered",
  )
  .option(
    "--noted <head>",
    "此前抄存的链头 <序号>:<散列> with --audit: a head noted earlier, <number>:<hash>",
  )
  .option("--database <place>", "中心数据库 the center's: a postgres:// URL, or its data folder")
  .option("--json", "机器可读 machine readable")
  .action(async (options: ProveOptions) => {
    const { prove } = await import("./prove.ts");
    process.exitCode = await prove(options, process.env, {
      write: (text) => process.stdout.write(`${text}\n`),
      complain: (text) => process.stderr.write(`${text}\n`),
    });
  });

program
  .command("backup")
  .argument("<file>", "备份文件,不覆盖已有的 the file to make; never overwrites")
  .option("--json", "机器可读 machine readable")
  .description("备份本机全部数据,不停机 · back up everything this machine keeps, while it runs")
  .action(async (file: string, options: { json?: true }) => {
    const { backup } = await import("./backup.ts");
    process.exitCode = await backup(file, options);
  });

program
  .command("restore")
  .argument("<file>", "备份文件 a file made by `canary backup`")
  .option("--only <role>", "只恢复 center 或 gateway only the center's or the gateway's data")
  .option("--force", "现有数据比备份新也覆盖 also over a newer database")
  .option("--json", "机器可读 machine readable")
  .description("从备份恢复,原数据另存 · restore a backup; what was there is put aside")
  .action(async (file: string, options: { only?: string; force?: true; json?: true }) => {
    const { restore } = await import("./restore.ts");
    process.exitCode = await restore(file, options);
  });

program
  .command("bench")
  .argument(
    "[name]",
    "judge | start | latency | buzzer | intake | memory | durable | wear | center | pages | storm | queries | all",
    "all",
  )
  .description("基准:与同机同负载的对照一起测量 · benchmarks, each beside a peer in the same run")
  .addOption(
    new Option("--database <which>", "center、storm:只测一种 only one").choices([
      "sqlite",
      "postgres",
    ] as const),
  )
  .option("--minutes <n>", "storm:持续几分钟 how long it lasts", Number)
  .option("--json", "机器可读 machine readable")
  .action(
    async (
      name: string,
      options: { json?: true; minutes?: number; database?: "sqlite" | "postgres" },
    ) => {
      const { bench } = await import("./bench/bench.ts");
      process.exitCode = await bench(name, options);
    },
  );

await program.parseAsync();
