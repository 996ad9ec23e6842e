// Owns what a resource may be, as operations take and answer it.
import { z } from "zod";
import {
  mostScopes,
  type Resource,
  type ResourceRight,
  resourceTokenSeconds,
  tokenFormats,
  whyNoIdentifier,
  whyNoScope,
} from "../../provider/resources/resource.ts";
import { says } from "./input_faults.ts";
import { displayName } from "./operation.ts";

/** The identifier of a resource there is, or is not. */
export const identifier = z.string().max(300).describe("The resource's identifier, byte by byte.");

/** The identifier of a new resource. */
export const newIdentifier = z
  .string()
  .superRefine((value, issues) => {
    const fault = whyNoIdentifier(value);
    if (fault !== undefined) issues.addIssue({ code: "custom", message: says(fault.what, fault.fix) });
  })
  .describe("The audience of its tokens: an https URL or a URN, without a fragment.");

const { least, most, usual } = resourceTokenSeconds;
const scopeAdvice = 'Name each scope with what it means, e.g. "documents.read": "Read your documents".';

/** What of a resource may change. */
export const resourceMembers = {
  name: displayName.describe("What people read when an application asks for their consent."),
  scopes: z
    .record(z.string(), z.string())
    .superRefine((scopes, issues) => {
      const refuse = (what: string) => issues.addIssue({ code: "custom", message: says(what, scopeAdvice) });
      const names = Object.keys(scopes);
      if (names.length === 0) refuse("names no scope");
      if (names.length > mostScopes) refuse(`names more than ${mostScopes} scopes`);
      const fault = names.map(whyNoScope).find((one) => one !== undefined);
      if (fault !== undefined) refuse(fault);
      if (!Object.values(scopes).every((meaning) => displayName.safeParse(meaning).success)) {
        refuse("has a meaning that is not text of 1 to 200 visible characters");
      }
    })
    .describe("Its scopes, each with what it means to a person: NAME=MEANING."),
  tokenFormat: z
    .enum(tokenFormats)
    .describe(
      "jwt: signed, the API verifies it itself (default). opaque: the API asks here, and what ends, ends at once.",
    ),
  tokenTtlSeconds: z
    .int()
    .min(least)
    .max(most)
    .describe(`How long its access tokens live, in seconds (default: ${usual}).`),
};

const scopeList = z.array(z.string().max(64)).max(mostScopes).optional();

/** What a client may ask of a resource. */
export const rightMembers = {
  scopes: scopeList.describe("What it may ask for people who sign in to it."),
  ownScopes: scopeList.describe("What it may ask for itself, by client_credentials."),
  introspects: z
    .boolean()
    .optional()
    .describe("Whether it is the API's own server, which may ask about the API's tokens (default: false)."),
};

export const rightShape = z
  .strictObject({
    clientId: z.string(),
    scopes: z.array(z.string()).describe("For people who sign in to it."),
    ownScopes: z.array(z.string()).describe("For itself."),
    introspects: z.boolean().describe("Whether it may ask about the resource's tokens."),
  })
  .meta({ id: "ResourceRight" });

export const resourceShape = z
  .strictObject({
    identifier: z.string(),
    name: z.string(),
    scopes: z.record(z.string(), z.string()).describe("What each means.") as unknown as z.ZodType<
      Resource["scopes"]
    >,
    tokenFormat: z.enum(tokenFormats),
    tokenTtlSeconds: z.int(),
    createdAtMs: z.int(),
  })
  .meta({ id: "Resource" });

/** A resource as a command shows it. */
export function resourceFields(resource: Resource): [string, string][] {
  return [
    ["identifier", resource.identifier],
    ["name", resource.name],
    ...Object.entries(resource.scopes).map(([scope, meaning]): [string, string] => [
      "scope",
      `${scope}: ${meaning}`,
    ]),
    ["tokens", `${resource.tokenFormat}, ${resource.tokenTtlSeconds} seconds`],
  ];
}

/** A client's right as a command shows it. */
export function rightText({ scopes, ownScopes, introspects }: Omit<ResourceRight, "clientId">): string {
  const parts = [
    scopes.length === 0 ? "" : `for people: ${scopes.join(" ")}`,
    ownScopes.length === 0 ? "" : `for itself: ${ownScopes.join(" ")}`,
    introspects ? "introspects" : "",
  ];
  return parts.filter((part) => part !== "").join("; ");
}
