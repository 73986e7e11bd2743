#!/usr/bin/env node
// The `canary` command on any Node: hands over to tools/canary.ts on the pinned one.
import { runWithPinnedNode } from "./with-node.mjs";

process.exitCode = await runWithPinnedNode("tools/canary.ts", process.argv.slice(2));
