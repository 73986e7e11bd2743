/** Every promise about stored things, on SQLite, and on PostgreSQL where one is offered. */
import { describe } from "vitest";
import { scopedContract } from "../rights/scoped.contract.ts";
import { newPostgres, newSqlite, type NewDatabase } from "../open-ground.testing.ts";
import { beginAgainContract } from "../backup/begin-again.contract.ts";
import { auditContract } from "../audit/audit.contract.ts";
import { casesContract } from "../cases/cases.contract.ts";
import { gatewayCasesContract } from "../cases/gateway-cases.contract.ts";
import { pageAudienceContract } from "../cases/page-audience.contract.ts";
import { clocksContract } from "../cases/clocks.contract.ts";
import { clocksTogetherContract } from "../cases/clocks-together.contract.ts";
import { endAlarmContract } from "../desk/end-alarm.contract.ts";
import { endedAlarmContract } from "../desk/ended-alarm.contract.ts";
import { signContract } from "../desk/sign-alarm.contract.ts";
import { gatewayLivesContract } from "../intake/gateway-lives.contract.ts";
import { intakeContract } from "../intake/intake.contract.ts";
import { manyHomesContract } from "../intake/many-homes.contract.ts";
import { newestWordContract } from "../intake/newest-word.contract.ts";
import { noteBootsContract } from "../intake/note-boots.contract.ts";
import { oneIntakeContract } from "../http/intake.contract.ts";
import { reportersContract } from "../one-intake/reporters.contract.ts";
import { firstReleaseContract } from "./first-release.contract.ts";
import { upgradeContract } from "./upgrade.contract.ts";
import { importContract } from "../register/import/import.contract.ts";
import { keepPeopleContract } from "../rights/keep-people.contract.ts";
import { residentLinksContract } from "../http/resident-links.contract.ts";
import { streetClocksContract } from "../http/street-clocks.contract.ts";
import { vaultContract } from "../vault/vault.contract.ts";
import { registerContract } from "../register/register.contract.ts";
import { inTimeContract } from "./in-time.contract.ts";
import { insertRowsContract } from "./insert-rows.contract.ts";
import { severalCentersContract } from "./several-centers.contract.ts";

const serverUrl = process.env["CANARY_TEST_DATABASE_URL"];

const databases: readonly (readonly [string, NewDatabase])[] = [
  ["SQLite", newSqlite],
  ...(serverUrl === undefined ? [] : [["PostgreSQL", newPostgres(serverUrl)] as const]),
];

const contracts = [
  intakeContract,
  gatewayLivesContract,
  newestWordContract,
  noteBootsContract,
  manyHomesContract,
  signContract,
  endAlarmContract,
  endedAlarmContract,
  auditContract,
  scopedContract,
  casesContract,
  gatewayCasesContract,
  clocksContract,
  clocksTogetherContract,
  pageAudienceContract,
  upgradeContract,
  firstReleaseContract,
  registerContract,
  importContract,
  oneIntakeContract,
  reportersContract,
  insertRowsContract,
  inTimeContract,
  vaultContract,
  streetClocksContract,
  residentLinksContract,
  keepPeopleContract,
  beginAgainContract,
];

for (const [name, newDatabase] of databases) {
  // Each with its own ground: what one sets up before its tests is not set up before the others'.
  for (const contract of contracts) {
    describe(`${contract.name} on ${name}`, () => contract(name, newDatabase));
  }
}
// SQLite has one center: only PostgreSQL is shared.
if (serverUrl !== undefined) {
  describe("severalCenters", () => severalCentersContract(newPostgres(serverUrl)));
}
