// Owns the examination that a running installation makes of itself: settings and store, its own issuer as AWS sees it, its own
// side of AWS. Where it asks is what the settings say and nothing that a caller gives, so it leads nobody anywhere; and
// whoever asks while one is under way is told what comes of that one.
import type { AwsAccess } from "../../accessors/search_service.ts";
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Database } from "../../db/connect.ts";
import { examineAwsSide } from "./aws_side.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";

/** What examining works with. */
export interface ExaminationDeps {
  db: Database;
  clock: Clock;
  config: Config;
  /** The issuer in use, also where the settings leave its port open. */
  issuer: string;
  awsAccess(): AwsAccess;
}

/** Examines this installation. It takes a few requests to itself and five calls to AWS, each of bounded time. */
export type Examination = () => Promise<readonly Finding[]>;

/** Makes the examination of an instance. */
export function createExamination(deps: ExaminationDeps): Examination {
  let underWay: Promise<readonly Finding[]> | undefined;
  return () => {
    underWay ??= examineAll(deps).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

async function examineAll({ db, clock, config, issuer, awsAccess }: ExaminationDeps): Promise<Finding[]> {
  const { tenantClaim } = config;
  const own = await examine({ issuer, clock, own: { db, config }, tenantClaim });
  return [...own, ...(await examineAwsSide(db, awsAccess(), undefined))];
}
