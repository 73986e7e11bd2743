/** Every promise about stored things, on SQLite, and on PostgreSQL where one is offered. */
import { scopedContract } from "../rights/scoped.contract.ts";
import { newPostgres, newSqlite, type NewDatabase } from "../open-ground.testing.ts";
import { auditContract } from "../audit/audit.contract.ts";
import { casesContract } from "../cases/cases.contract.ts";
import { gatewayCasesContract } from "../cases/gateway-cases.contract.ts";
import { clocksContract } from "../cases/clocks.contract.ts";
import { signContract } from "../desk/sign-alarm.contract.ts";
import { gatewayLivesContract } from "../intake/gateway-lives.contract.ts";
import { intakeContract } from "../intake/intake.contract.ts";
import { manyHomesContract } from "../intake/many-homes.contract.ts";
import { newestWordContract } from "../intake/newest-word.contract.ts";
import { oneIntakeContract } from "../http/intake.contract.ts";
import { firstReleaseContract } from "./first-release.contract.ts";
import { upgradeContract } from "./upgrade.contract.ts";
import { importContract } from "../register/import/import.contract.ts";
import { registerContract } from "../register/register.contract.ts";
import { severalCentersContract } from "./several-centers.contract.ts";

const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];

const databases: readonly (readonly [string, NewDatabase])[] = [
  ["SQLite", newSqlite],
  ...(serverUrl === undefined ? [] : [["PostgreSQL", newPostgres(serverUrl)] as const]),
];

for (const [name, newDatabase] of databases) {
  intakeContract(name, newDatabase);
  gatewayLivesContract(name, newDatabase);
  newestWordContract(name, newDatabase);
  manyHomesContract(name, newDatabase);
  signContract(name, newDatabase);
  auditContract(name, newDatabase);
  scopedContract(name, newDatabase);
  casesContract(name, newDatabase);
  gatewayCasesContract(name, newDatabase);
  clocksContract(name, newDatabase);
  upgradeContract(name, newDatabase);
  firstReleaseContract(name, newDatabase);
  registerContract(name, newDatabase);
  importContract(name, newDatabase);
  oneIntakeContract(name, newDatabase);
}
// SQLite has one center: only PostgreSQL is shared.
if (serverUrl !== undefined) severalCentersContract(newPostgres(serverUrl));
