/** As `store/databases.contract.test.ts`: SQLite, and PostgreSQL where one is offered. */
import { newPostgres, newSqlite } from "../open-ground.testing.ts";
import { sinksContract } from "./sinks.contract.ts";

const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];

sinksContract("SQLite", newSqlite);
if (serverUrl !== undefined) sinksContract("PostgreSQL", newPostgres(serverUrl));
