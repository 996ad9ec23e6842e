// What joins the calls of one exchange: which credential a call gave out, which identity context it made or used, and which
// person and customer it is about. Ids only; found at the end of a call, from what came in and what went out.
import { storeKey, type World } from "../state/index.ts";
import { type OnBehalfOf, TENANT_TAG } from "./on_behalf_of.ts";
import type { OperationData } from "./operation.ts";

/** What a call hands on, and what it was handed. */
export type ExchangeLinks = {
  /** Access key id of the session it gave out. */
  issuedKey: string | null;
  /** Id of the identity context it made. */
  issuedContext: string | null;
  /** Id of the identity context it put into a session; `unknown` when the sandbox made none such. */
  usedContext: string | null;
  /** Who it is about. */
  person: { name: string; email: string | null; isVerified: boolean } | null;
  /** The customer it names or is tagged with. */
  tenant: string | null;
};

/** A call that is over. */
export type EndedCall = {
  operation: string | null;
  /** The input as it was read, with its secrets. */
  given: OperationData;
  output: OperationData | undefined;
  onBehalfOf: OnBehalfOf | null;
  tenant: string | null;
};

/** @returns the links of a call; none of them is a secret */
export function linksOf(world: World, call: EndedCall): ExchangeLinks {
  const { given, output = {} } = call;
  const provided = textIn(recordIn(listIn(given["ProvidedContexts"])[0])["ContextAssertion"]);
  const made = textIn(recordIn(output["awsAdditionalDetails"])["identityContext"]);
  const contextOf = (assertion: string | null) =>
    assertion === null ? undefined : world.identityContexts.get(assertion);
  const context = contextOf(provided) ?? contextOf(made);
  const { onBehalfOf } = call;
  const user =
    context !== undefined
      ? world.users.get(storeKey(context.identityStoreId, context.userId))
      : onBehalfOf === null
        ? undefined
        : world.users.get(storeKey(onBehalfOf.identityStoreArn.split("/").at(-1) ?? "", onBehalfOf.userId));
  const email = user?.emails.find(({ primary }) => primary)?.value ?? user?.emails[0]?.value ?? null;
  return {
    issuedKey: textIn(recordIn(output["Credentials"])["AccessKeyId"]),
    issuedContext: contextOf(made)?.credentialId ?? null,
    usedContext: provided === null ? null : (contextOf(provided)?.credentialId ?? "unknown"),
    person:
      user === undefined
        ? namedInToken(textIn(given["assertion"]))
        : { name: user.userName, email, isVerified: true },
    tenant: call.tenant ?? tenantTag(given),
  };
}

/** Whom a token that was refused names: said by the token alone. */
function namedInToken(token: string | null): ExchangeLinks["person"] {
  const payload = token?.split(".")[1];
  if (payload === undefined) return null;
  try {
    const claims = recordIn(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    const email = textIn(claims["email"])?.slice(0, 128) ?? null;
    const name = email ?? textIn(claims["sub"])?.slice(0, 128);
    return name === undefined ? null : { name, email, isVerified: false };
  } catch {
    return null;
  }
}

function tenantTag(given: OperationData): string | null {
  const tag = listIn(given["Tags"])
    .map(recordIn)
    .find(({ Key }) => Key === TENANT_TAG);
  return textIn(tag?.["Value"])?.slice(0, 256) ?? null;
}

function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textIn(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
