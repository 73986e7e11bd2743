import { newPostgres, newSqlite } from "../open-ground.testing.ts";
import { figuresContract } from "./figures.contract.ts";

const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];

figuresContract("SQLite", newSqlite);
if (serverUrl !== undefined) figuresContract("PostgreSQL", newPostgres(serverUrl));
