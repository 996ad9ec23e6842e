// Owns looking at the ISV's own side of AWS: in the region, and with the application, of a customer where there is one. The
// calls change nothing; where they go is the settings' to say, never the caller's.
import { probeAws } from "tti-exchange";
import { listAccessors } from "../../accessors/accessor_store.ts";
import type { AwsAccess } from "../../accessors/search_service.ts";
import type { Database } from "../../db/connect.ts";
import { checkAwsSide, findNoRole } from "./aws_checks.ts";
import type { Finding } from "./finding.ts";

/** Where nothing names a region: one that every account has. */
const anyRegion = "us-east-1";
/** One call, in seconds: five of them, some of which are repeated, and somebody waits. */
const attemptTimeoutSeconds = 5;

/**
 * Looks at the ISV's side of AWS.
 * @param tenantId a customer whose region and application are used; undefined: the first there is
 */
export async function examineAwsSide(
  db: Database,
  { roleArn, ...reach }: AwsAccess,
  tenantId: string | undefined,
): Promise<Finding[]> {
  if (roleArn === undefined) return [findNoRole()];
  return checkAwsSide(
    await probeAws({ roleArn, ...(await placeOf(db, tenantId)), ...reach, attemptTimeoutSeconds }),
  );
}

async function placeOf(db: Database, tenantId: string | undefined) {
  const [accessor] = await listAccessors(db, { tenantId, limit: 1 });
  if (accessor === undefined) return { region: anyRegion };
  const { idcRegion: region, idcApplicationArn } = accessor;
  return { region, idcApplicationArn, tenantId: accessor.tenantId };
}
