#!/usr/bin/env node
// The `canary` command on any Node: hands over to tools/canary.ts on the pinned one.
import { runWithPinnedNode } from "./with-node.mjs";

// A young generation of 3 × 4 MB instead of V8's 3 × 16: 50 MB less memory for each program, and on a
// busy machine two to four times the readings taken in (docs/benchmarks.md).
// No package of ours is a link: asking for each of a thousand modules costs a start 30 ms.
const nodeOptions = "--max-semi-space-size=4 --preserve-symlinks";

process.exitCode = await runWithPinnedNode("tools/canary.ts", process.argv.slice(2), {
  nodeOptions,
});
