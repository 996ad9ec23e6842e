// Owns what one customer's papers are filled with: what AWS is told of us and of them, under which names the things are made
// in their account, and what of theirs is known already. Pure.
import { createHash } from "node:crypto";
import type { Supplier } from "./supplier.ts";

/** What a customer handed over, where they have. */
export interface KnownPlaces {
  applicationId: string;
  retrieverId: string;
  qRegion: string;
  idcApplicationArn: string;
  idcRegion: string;
}

/** What a customer's papers are about. */
export interface Customer {
  supplier: Supplier;
  /** Their id with us: the External Id. */
  tenantId: string;
  /** Their name, as people read it. */
  tenantName: string;
  /** The claim of our tokens that AWS compares with the address of its users. */
  claim: string;
  /** Names under which the things stand in their account. */
  issuerName: string;
  accessorName: string;
  statementId: string;
  known?: KnownPlaces | undefined;
}

/** AWS's own pattern for ClaimAttributePath, of at most 255 characters (API_OidcJwtConfiguration). */
export const claimPattern = /^\p{L}+(?:[._]\p{L}+){0,2}$/u;

/** The one condition by which the customer's policy tells its own tenant from our others. */
export const externalIdKey = "aws:PrincipalTag/qbusiness-dataaccessor:ExternalId";

/** Puts together what the papers of a customer are filled with. */
export function customerOf(
  supplier: Supplier,
  tenant: { id: string; name: string },
  given: { claim?: string | undefined; known?: KnownPlaces | undefined } = {},
): Customer {
  const { issuer, roleArn, displayName } = supplier;
  const { claim = "email", known } = given;
  return {
    supplier,
    tenantId: tenant.id,
    tenantName: tenant.name,
    claim,
    issuerName: issuerNameOf(issuer.issuer),
    accessorName: accessorNameOf(displayName),
    // Nobody changes a statement at Q Business, so a name made of its content says that it is as it should be.
    statementId: `tti-${digest([roleArn, externalIdKey, tenant.id])}`,
    ...(known === undefined ? {} : { known }),
  };
}

/** A name for a trusted token issuer: AWS takes letters, digits and +=,.@-_ only, at most 255. */
function issuerNameOf(issuer: string): string {
  const plain = issuer
    .replace(/^https?:\/\//, "")
    .replace(/[^\w+=,.@-]+/g, "-")
    .replace(/-+$/, "");
  return plain.length <= 255 ? plain : `${plain.slice(0, 230)}-${digest([issuer])}`;
}

/** A name for a data accessor: letters, digits, _ and -, the first a letter or digit, at most 100. */
function accessorNameOf(displayName: string): string {
  const plain = displayName
    .normalize("NFKD")
    .replace(/[^a-zA-Z0-9_-]+/g, "-")
    .replace(/^[^a-zA-Z0-9]+/, "")
    .replace(/-+$/, "");
  return plain.slice(0, 100) || `supplier-${digest([displayName])}`;
}

const digest = (texts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 16);
