import { newPostgres, newSqlite } from "../open-ground.testing.ts";
import { commandsContract } from "./commands.contract.ts";

const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];

commandsContract("SQLite", newSqlite);
if (serverUrl !== undefined) commandsContract("PostgreSQL", newPostgres(serverUrl));
