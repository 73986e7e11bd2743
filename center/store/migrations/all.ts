import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { intakeDeskAccounts } from "./0001-intake-desk-accounts.ts";
import { actionsStreet } from "./0002-actions-street.ts";
import { registerGrants } from "./0003-register-grants.ts";
import { cases } from "./0004-cases.ts";
import { rights } from "./0005-rights.ts";
import { commands } from "./0006-commands.ts";
import { telemetry } from "./0007-telemetry.ts";
import { oneIntake } from "./0008-one-intake.ts";
import { gatewayLives } from "./0009-gateway-lives.ts";
import { newNames } from "./0011-new-names.ts";
import { figures } from "./0010-figures.ts";
import { sinks } from "./0012-sinks.ts";
import { sealedStaffLinksClocks } from "./0013-sealed-staff-links-clocks.ts";
import { intakeIndexes } from "./0014-intake-indexes.ts";
import { boardSignatures } from "./0015-board-signatures.ts";
import { caseTitles } from "./0016-case-titles.ts";

const up = (run: (db: Kysely<unknown>) => Promise<void>): Migration => ({ up: run });

/** Every change of the tables, in order. A step that has run anywhere is never edited again. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-intake-desk-accounts": up(intakeDeskAccounts),
  "0002-actions-street": up(actionsStreet),
  "0003-register-grants": up(registerGrants),
  "0004-cases": up(cases),
  "0005-rights": up(rights),
  "0006-commands": up(commands),
  "0007-telemetry": up(telemetry),
  "0008-one-intake": up(oneIntake),
  "0009-gateway-lives": up(gatewayLives),
  "0010-figures": up(figures),
  "0011-new-names": up(newNames),
  "0012-sinks": up(sinks),
  "0013-sealed-staff-links-clocks": up(sealedStaffLinksClocks),
  "0014-intake-indexes": up(intakeIndexes),
  "0015-board-signatures": up(boardSignatures),
  "0016-case-titles": up(caseTitles),
};
