/** As `store/databases.contract.test.ts`: SQLite, and PostgreSQL where one is offered. */
import { newPostgres, newSqlite } from "../open-ground.testing.ts";
import { telemetryContract, telemetryTroubleContract } from "./telemetry.contract.ts";
import { wrongClocksContract } from "./wrong-clocks.contract.ts";

const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];

for (const contract of [telemetryContract, wrongClocksContract]) {
  contract("SQLite", newSqlite);
  if (serverUrl !== undefined) contract("PostgreSQL", newPostgres(serverUrl));
}
telemetryTroubleContract(newSqlite);
