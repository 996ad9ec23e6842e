// Makes input that fits a model, mostly from what a world holds, so that operations get past their look-ups.

import type { Shape, StructureShape } from "../../../src/models/shapes.ts";
import type { SharedContext } from "../../../src/operation/operation.ts";
import { createIdSource } from "../../../src/state/index.ts";
import { CUSTOMER_ACCOUNT } from "../../support/world.ts";

/** Documents that pass the grammar. */
export const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
export const trustPolicy = policy.replace('"Resource":"*"', `"Principal":{"AWS":"${CUSTOMER_ACCOUNT}"}`);

/** What a document member may be given: anything. */
const documents: readonly unknown[] = [
  1,
  true,
  [],
  {},
  { type: "S3" },
  [{ value: "x@example.com" }],
  [{ Value: 1 }],
  JSON.parse(trustPolicy),
  "ada",
  "ada@acme.example",
  "engineering",
];

export type Random = { next(): number; pick<T>(values: readonly T[]): T };

/** Deterministic, one sequence per operation. */
export function createRandom(seed: string): Random {
  const ids = createIdSource(seed);
  const next = () => ids.bytes(4).readUInt32BE() / 2 ** 32;
  return {
    next,
    pick<T>(values: readonly T[]): T {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new Error("nothing to pick from");
      return value;
    },
  };
}

/** Strings the world holds, also by the name of the member that holds them, and strings made to hurt. */
export type Candidates = { all: readonly string[]; byName: ReadonlyMap<string, readonly string[]> };

export function candidatesOf({ world, search }: SharedContext): Candidates {
  const all = new Set<string>(hurtful);
  const byName = new Map<string, string[]>();
  const collect = (name: string, value: unknown, depth: number): void => {
    if (typeof value === "string" && value.length <= 200) {
      all.add(value);
      byName.set(name, [...(byName.get(name) ?? []), value]);
    } else if (Array.isArray(value)) {
      for (const entry of value) collect(singular(name), entry, depth + 1);
    } else if (typeof value === "object" && value !== null && depth < 6) {
      for (const [member, entry] of Object.entries(value)) collect(member.toLowerCase(), entry, depth + 1);
    }
  };
  for (const collection of Object.values(world))
    for (const entity of collection.values()) collect("", entity, 0);
  const documents = [...world.indices.values()].flatMap((index) =>
    search.list(index.applicationId, index.indexId),
  );
  byName.set(
    "documentid",
    documents.map(({ documentId }) => documentId),
  );
  return { all: [...all], byName };
}

/** What the world holds under a member's name, or under the names it has there. */
function namedCandidates(member: string, { byName }: Candidates): string[] {
  const name = member.toLowerCase();
  if (name === "attributepath")
    return ["displayName", "displayName", "userName", "emails.value", "name.givenName"];
  if (name.endsWith("policydocument") || name === "policy" || name === "inlinepolicy")
    return [policy, trustPolicy];
  if (name === "policyname") return ["p"];
  if (name === "aliasname") return ["alias/signing", "alias/free"];
  if (name === "url") return ["https://another.example.com"];
  if (name === "thumbprintlist") return ["6938fd4d98bab03faadb97b34396831e3780aea1"];
  const ofKind = { openidconnectproviderarn: ":oidc-provider/", policyarn: ":policy/" }[name];
  if (ofKind !== undefined) return (byName.get("arn") ?? []).filter((arn) => arn.includes(ofKind));
  const names = worldNames[name] ?? [name];
  return names.flatMap((each) => byName.get(each) ?? []);
}

/** Members the wire calls otherwise than the world. */
const worldNames: Readonly<Record<string, readonly string[]>> = {
  accountassignmentcreationrequestid: ["requestid"],
  accountassignmentdeletionrequestid: ["requestid"],
  provisionpermissionsetrequestid: ["requestid"],
  managedpolicyarn: ["managedpolicyarns", "managedpolicyarn"],
  targetid: ["accountid"],
  targetkeyid: ["keyid"],
  principalid: ["userid", "groupid"],
  resourcearn: ["applicationarn", "trustedtokenissuerarn", "instancearn", "indexarn"],
  idctrustedtokenissuerarn: ["trustedtokenissuerarn"],
};

function singular(name: string): string {
  return name.replace(/s$/, "");
}

const hurtful = [
  "__proto__",
  "constructor",
  "a",
  "a.b",
  "displayName",
  "name.givenName",
  "emails",
  "/",
  "/a/",
  "alias/x",
  "alias/aws/x",
  "{}",
  "null",
  policy,
  policy.replace('"Resource":"*"', '"Principal":"*"'),
  "https://example.com/a",
  "2026",
  "us-east-1",
  "aws:identitystore:enterprise",
  "aws:PrincipalTag/qbusiness-dataaccessor:ExternalId",
  "qbusiness:SearchRelevantContent",
  "arn:aws:sso::aws:applicationProvider/custom",
  "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000",
  "00000000-0000-0000-0000-000000000000",
  "x".repeat(1000),
];

/** A value for a structure: required members, and some of the others. */
export function generateStructure(
  shape: StructureShape,
  random: Random,
  candidates: Candidates,
  depth: number,
) {
  const members = [...shape.members.values()];
  const chosen = shape.union
    ? [random.pick(members)]
    : members.filter(({ name }) => shape.required.includes(name) || random.next() < 0.35);
  return Object.fromEntries(
    chosen.map(({ name, target }) => [name, generate(target, random, candidates, depth + 1, name)]),
  );
}

function generate(shape: Shape, random: Random, candidates: Candidates, depth: number, name = ""): unknown {
  switch (shape.kind) {
    case "structure":
      if (shape.document) return random.next() < 0.2 ? random.pick(candidates.all) : random.pick(documents);
      return depth > 6 ? {} : generateStructure(shape, random, candidates, depth);
    case "list": {
      const size = Math.min(shape.max ?? 3, Math.max(shape.min ?? 0, Math.floor(random.next() * 4)));
      return Array.from({ length: size }, () =>
        generate(shape.member.target, random, candidates, depth + 1, singular(name)),
      );
    }
    case "map":
      return {
        [String(generate(shape.key.target, random, candidates, depth))]: generate(
          shape.value.target,
          random,
          candidates,
          depth,
        ),
      };
    case "string": {
      if (shape.values) return random.pick(shape.values);
      const { min = 0, max = 2000, regExp } = shape;
      const fits = (text: string) => text.length >= min && text.length <= max && (regExp?.test(text) ?? true);
      // Mostly what the world holds under that name, so that operations get past their look-ups.
      const named = random.next() < 0.85 ? namedCandidates(name, candidates).filter(fits) : [];
      const fitting = named.length > 0 ? named : candidates.all.filter(fits);
      return fitting.length > 0 ? random.pick(fitting) : "a".repeat(Math.max(1, min));
    }
    case "integer":
    case "long":
      return Math.min(shape.max ?? 5, Math.max(shape.min ?? 0, Math.floor(random.next() * 5)));
    case "float":
    case "double":
      return random.pick([0, 0.5, 1e300]);
    case "boolean":
      return random.next() < 0.5;
    case "timestamp":
      return new Date(random.pick([0, 1e12, 8.64e15]));
    case "blob":
      return Buffer.from(random.pick(["x", "<html>", "%PDF-1.7", "\u0000\u0001"]));
  }
}
