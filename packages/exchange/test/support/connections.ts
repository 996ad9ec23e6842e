// Well-formed connections and base credentials for the exchange tests.

import type { SearchConnection } from "../../src/index.ts";

export const acme: SearchConnection = {
  tenantId: "acme",
  method: "tti",
  roleArn: "arn:aws:iam::111122223333:role/isv-data-accessor",
  idcApplicationArn: "arn:aws:sso::444455556666:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
  idcRegion: "eu-central-1",
  applicationId: "a1b2c3d4-e5f6-4a1b-8c2d-3e4f5a6b7c8d",
  retrieverId: "b1b2c3d4-e5f6-4a1b-8c2d-3e4f5a6b7c8d",
  qRegion: "eu-west-1",
};

export const globex: SearchConnection = {
  ...acme,
  tenantId: "globex",
  idcApplicationArn: "arn:aws:sso::777788889999:application/ssoins-fedcba0987654321/apl-fedcba0987654321",
};

export const baseCredentials = { accessKeyId: "AKIABASE", secretAccessKey: "base-secret-key" };
