import { newPostgres, newSqlite } from "../open-ground.testing.ts";
import { boardClocksContract } from "./board-clocks.contract.ts";
import { commandsContract } from "./commands.contract.ts";

const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];

for (const contract of [commandsContract, boardClocksContract]) {
  contract("SQLite", newSqlite);
  if (serverUrl !== undefined) contract("PostgreSQL", newPostgres(serverUrl));
}
