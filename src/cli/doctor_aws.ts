// Owns the calls to AWS of `tti doctor`: the ISV's own side, and one customer's data accessor as one of its users. Beside a
// `tti dev` they go to its local AWS, elsewhere where the AWS SDK finds it.
import { OperationError } from "../errors.ts";
import { findEntered, trySearch } from "../onboarding/doctor/accessor_trial.ts";
import { checkAccessor, findNoAccessor } from "../onboarding/doctor/aws_checks.ts";
import { examineAwsSide } from "../onboarding/doctor/aws_side.ts";
import type { Finding } from "../onboarding/doctor/finding.ts";
import { checkTenant, readTenantFacts } from "../onboarding/doctor/tenant_checks.ts";
import { withBackEnd } from "./acting_user.ts";
import { withAdministration } from "./administration.ts";
import { endpointsAt, issuersOwn } from "./back_end.ts";
import { isvRoleArn } from "./dev/demo_content.ts";
import { findDevState } from "./dev/dev_state.ts";

/** Looks at the ISV's side of AWS, in the region and of the application of a customer where there is one. */
export function examineAws(tenantId: string | undefined): Promise<Finding[]> {
  return withAdministration(async ({ db }, config) => {
    const dev = config.mode === "development" ? findDevState(config.dataDir) : undefined;
    const roleArn = config.roleArn ?? (dev === undefined ? undefined : isvRoleArn);
    const local = config.awsEndpointUrl === undefined ? dev?.addresses?.sandboxUrl : undefined;
    const access = {
      roleArn,
      ...(dev === undefined ? {} : { baseCredentials: dev.baseCredentials }),
      ...(local === undefined ? {} : { awsClientOptions: endpointsAt(local) }),
    };
    return examineAwsSide(db, access, tenantId);
  });
}

/** Whom to try a customer's accessor as. */
interface Trial {
  tenantId: string;
  user: string;
  clientKeyPath: string | undefined;
}

/** What the store says of a customer, and one real exchange and search for it, as one of its users. */
export async function examineAccessor(trial: Trial): Promise<Finding[]> {
  const told = await withAdministration(async ({ db }, { requireVerifiedDomain }) =>
    checkTenant(await readTenantFacts(db, trial.tenantId, requireVerifiedDomain)),
  ).catch(noSuchTenant);
  try {
    return await withBackEnd(trial, async (backEnd) => {
      const connection = await backEnd.connection();
      const { email } = backEnd.user;
      const entered = findEntered({ name: "default", ...connection });
      return [
        ...told,
        entered,
        ...checkAccessor(await trySearch(backEnd.openExchange(), connection, email, issuersOwn)),
      ];
    });
  } catch (error) {
    if (error instanceof OperationError) return [...told, findNoAccessor(error)];
    throw error;
  }
}

// Whoever acts for it next says so.
function noSuchTenant(error: unknown): Finding[] {
  if (error instanceof OperationError && error.code === "tenant_not_found") return [];
  throw error;
}
