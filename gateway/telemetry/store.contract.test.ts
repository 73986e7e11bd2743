import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createMemoryStore } from "./memory-store.ts";
import { openTelemetryStore } from "./open-store.ts";
import { storeContract } from "./store.contract.ts";

storeContract("in memory", (budgetBytes) => createMemoryStore({ budgetBytes }));
storeContract("SQLite in a thread", async (budgetBytes) => {
  const folder = await mkdtemp(join(tmpdir(), "canary-telemetry-"));
  const onPutAside = (name: string): void => {
    throw new Error(name);
  };
  const store = openTelemetryStore(join(folder, "telemetry.sqlite"), { budgetBytes, onPutAside });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return store;
});
