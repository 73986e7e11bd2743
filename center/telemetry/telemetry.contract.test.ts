/** As `store/databases.contract.test.ts`: SQLite, and PostgreSQL where one is offered. */
import { newPostgres, newSqlite } from "../open-ground.testing.ts";
import { telemetryContract, telemetryTroubleContract } from "./telemetry.contract.ts";

const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];

telemetryContract("SQLite", newSqlite);
telemetryTroubleContract(newSqlite);
if (serverUrl !== undefined) telemetryContract("PostgreSQL", newPostgres(serverUrl));
