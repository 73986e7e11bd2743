/** Draws `docs/case-flow.md` from the table. */
import { actorNames } from "./decide-case.ts";
import { caseStateNames } from "./case.ts";
import { caseFlow, type FlowRow } from "./case-flow.ts";
import { conclusions } from "./case.ts";

export const drawCaseFlow = (): string => `# 事件流转 · The flow of a case

<!-- Drawn from domain/case-flow.ts by domain/case-flow.test.ts; change the table, not this page. -->

报警是设备的状态,事件是人的工作:事件的任何一步都不能改动报警。每一步被拒绝时,中心用中英文说明原因。
An alarm is the device's condition, a case is people's work: no step of a case changes an alarm. Every refused step says why, in Chinese and English.

\`\`\`mermaid
stateDiagram-v2
${Object.entries(caseStateNames)
  .map(([state, name]) => `  ${state}: ${state} ${name.zh}`)
  .join("\n")}
  [*] --> reported: T01 生成
${caseFlow.flatMap(arrows).join("\n")}
  archived --> [*]
  voided --> [*]
\`\`\`

在原状态进行的操作(上报、督办、升降级等)不在图中,见下表。Steps that stay in their state (escalate, supervise, priorities …) are in the table only.

| Id | 操作 action | 从 from | 到 to | 谁 who | 级别 priority | 条件 guards | 须提供 needs |
| -- | -- | -- | -- | -- | -- | -- | -- |
${caseFlow.map(line).join("\n")}

## 我们增加的 · What is ours

${caseFlow
  .flatMap(({ id, name, ours }) =>
    ours === undefined ? [] : [`- **${id} ${name.zh} · ${name.en}**: ${ours.zh}。${ours.en}.`],
  )
  .join("\n")}

## 结论 · Conclusions

${Object.entries(conclusions)
  .map(([code, { zh, en }]) => `- ${code} ${zh} · ${en}`)
  .join("\n")}
`;

const arrows = (row: FlowRow): readonly string[] =>
  row.to === "same"
    ? []
    : row.from.map((from) => `  ${from} --> ${row.to}: ${row.id} ${row.name.zh}`);

const line = (row: FlowRow): string =>
  `| ${[
    row.id,
    `${row.name.zh} \`${row.action}\``,
    row.from.length === 0 ? "∅" : row.from.join(", "),
    row.to === "same" ? "=" : row.to,
    row.actors.map((actor) => actorNames[actor].zh).join("、"),
    row.priorities.map((one) => `P${one}`).join(" "),
    row.guards.join(", "),
    row.needs.join(", "),
  ].join(" | ")} |`;
