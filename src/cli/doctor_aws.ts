// Owns the calls to AWS of `tti doctor`: the ISV's own side, and one customer's data accessor as one of its users. Beside a
// `tti dev` they go to its local AWS, elsewhere where the AWS SDK finds it.
import { probeAws } from "tti-exchange";
import { listAccessors } from "../accessors/accessor_store.ts";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import { findEntered, trySearch } from "../onboarding/doctor/accessor_trial.ts";
import { checkAccessor, checkAwsSide, findNoAccessor, findNoRole } from "../onboarding/doctor/aws_checks.ts";
import type { Finding } from "../onboarding/doctor/finding.ts";
import { withBackEnd } from "./acting_user.ts";
import { withAdministration } from "./administration.ts";
import { endpointsAt, issuersOwn } from "./back_end.ts";
import { isvRoleArn } from "./dev/demo_content.ts";
import { findDevState } from "./dev/dev_state.ts";

/** Where nothing names a region: one that every account has. */
const anyRegion = "us-east-1";

/** Looks at the ISV's side of AWS, in the region and of the application of a customer where there is one. */
export function examineAws(tenantId: string | undefined): Promise<Finding[]> {
  return withAdministration(async ({ db }, config) => {
    const dev = config.mode === "development" ? findDevState(config.dataDir) : undefined;
    const roleArn = config.roleArn ?? (dev === undefined ? undefined : isvRoleArn);
    if (roleArn === undefined) return [findNoRole()];
    const local = config.awsEndpointUrl === undefined ? dev?.addresses?.sandboxUrl : undefined;
    return checkAwsSide(
      await probeAws({
        roleArn,
        ...(await placeOf(db, tenantId)),
        ...(dev === undefined ? {} : { baseCredentials: dev.baseCredentials }),
        ...(local === undefined ? {} : { awsClientOptions: endpointsAt(local) }),
      }),
    );
  });
}

async function placeOf(db: Database, tenantId: string | undefined) {
  const [accessor] = await listAccessors(db, { tenantId, limit: 1 });
  if (accessor === undefined) return { region: anyRegion };
  const { idcRegion: region, idcApplicationArn } = accessor;
  return { region, idcApplicationArn, tenantId: accessor.tenantId };
}

/** Whom to try a customer's accessor as. */
interface Trial {
  tenantId: string;
  user: string;
  clientKeyPath: string | undefined;
}

/** Makes one real exchange and search for a customer, as one of its users. */
export async function examineAccessor(trial: Trial): Promise<Finding[]> {
  try {
    return await withBackEnd(trial, async (backEnd) => {
      const connection = await backEnd.connection();
      const { email } = backEnd.user;
      const entered = findEntered({ name: "default", ...connection });
      return [
        entered,
        ...checkAccessor(await trySearch(backEnd.openExchange(), connection, email, issuersOwn)),
      ];
    });
  } catch (error) {
    if (error instanceof OperationError) return [findNoAccessor(error)];
    throw error;
  }
}
