// One exchange out of the list of requests: which four calls belong together, seen from any of them. Pure.
import type { RequestRecord } from "../operation/request_log.ts";

/** What a call is in an exchange. */
export type ChainPlace = "role" | "token" | "person" | "use";

/** The four places in their order. */
export const PLACES: readonly ChainPlace[] = ["role", "token", "person", "use"];

/** The calls of one exchange; a place without a call was not reached, or is forgotten. */
export type Chain = { [place in ChainPlace]?: RequestRecord | undefined };

/** @returns what the call is in an exchange, as far as it tells by itself */
function placeOf(record: RequestRecord, records: readonly RequestRecord[]): ChainPlace | undefined {
  const { operation, links, onBehalfOf } = record;
  if (operation === "CreateTokenWithIAM") return "token";
  if (operation?.startsWith("AssumeRole") === true) return links?.usedContext ? "person" : "role";
  if (onBehalfOf !== null) return "use";
  // One that was refused at its signature does not know its session, but names its key.
  const issuer = issuerOf(record, records);
  return issuer?.links?.usedContext ? "use" : undefined;
}

/**
 * Follows a call back to what its credentials came from, and on to the last that was made with what it gave.
 *
 * @param records oldest first
 * @returns undefined for a call that belongs to no exchange
 */
export function findChain(record: RequestRecord, records: readonly RequestRecord[]): Chain | undefined {
  const place = placeOf(record, records);
  if (place === undefined) return undefined;
  const chain: Chain = { [place]: record };
  if (chain.use !== undefined) chain.person = issuerOf(chain.use, records);
  if (chain.person !== undefined) {
    const { usedContext } = chain.person.links ?? {};
    chain.token = records.find(
      ({ links }) => links?.issuedContext != null && links.issuedContext === usedContext,
    );
  }
  if (chain.token !== undefined) chain.role = issuerOf(chain.token, records);
  if (place === "role")
    chain.token = last(
      records,
      (each) => signedWith(each, record) && each.operation === "CreateTokenWithIAM",
    );
  if (chain.token !== undefined && chain.person === undefined) {
    const made = chain.token.links?.issuedContext;
    chain.person = last(records, ({ links }) => made != null && links?.usedContext === made);
  }
  if (chain.person !== undefined && chain.use === undefined) {
    const { person } = chain;
    chain.use = last(records, (each) => signedWith(each, person));
  }
  return chain.token === undefined && chain.person === undefined ? undefined : chain;
}

function issuerOf(
  { accessKeyId }: RequestRecord,
  records: readonly RequestRecord[],
): RequestRecord | undefined {
  return records.find(({ links }) => accessKeyId !== null && links?.issuedKey === accessKeyId);
}

function signedWith(record: RequestRecord, issuer: RequestRecord): boolean {
  const { issuedKey } = issuer.links ?? {};
  return issuedKey != null && record.accessKeyId === issuedKey;
}

function last(
  records: readonly RequestRecord[],
  fits: (record: RequestRecord) => boolean,
): RequestRecord | undefined {
  return records.findLast(fits);
}
