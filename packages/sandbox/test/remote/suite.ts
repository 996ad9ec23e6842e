// The four calls and what AWS is known to refuse, once for the sandbox and once for a real account: each case sends its call
// through the bench of the probes, and says what AWS's documentation, samples or published reports have it answer.
import type { Answer } from "../../src/probe/bench/aws_calls.ts";
import type { IdentityCenterLab } from "../../src/probe/bench/identity_center_lab.ts";
import { search, searchingRole, searchSession } from "../../src/probe/bench/q_business.ts";
import { assume, assumption, freshContext, makeRole, providedContext } from "../../src/probe/bench/roles.ts";
import type { TokenSpec } from "../../src/probe/bench/tokens.ts";

/** What AWS is known to answer: a success, or a code with its status. */
export type Expected = "OK" | { code: string; status: number; message?: RegExp };

/** One call and its answer. */
export type Case = {
  name: string;
  expected: Expected;
  /** What a run must have been given. */
  needs?: "retriever";
  call(lab: IdentityCenterLab): Promise<Answer>;
};

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const invalidGrant = { code: "InvalidGrantException", status: 400 };

/** A token with this change, at the run's own application. */
function token(name: string, spec: (lab: IdentityCenterLab) => TokenSpec | string): Case {
  return {
    name: `a token ${name}`,
    expected: invalidGrant,
    call: async (lab) => lab.exchange(await lab.main(), name, spec(lab)),
  };
}

/** CreateTokenWithIAM with this input, beside what is usual. */
function input(
  name: string,
  expected: Expected,
  change: (lab: IdentityCenterLab) => Promise<object> | object,
): Case {
  return {
    name,
    expected,
    async call(lab) {
      const client = await lab.main();
      const usual = {
        clientId: client.applicationArn,
        grantType: JWT_BEARER,
        assertion: await lab.mint(client),
      };
      await lab.wait(150);
      return lab.ask(name, "sso-oidc", "CreateTokenWithIAM", { ...usual, ...(await change(lab)) });
    },
  };
}

export const CALLS: readonly Case[] = [
  {
    name: "1: AssumeRole with the customer's session tag",
    expected: "OK",
    async call(lab) {
      const role = await makeRole(lab, { suffix: "one" });
      await assume(lab, role);
      const Tags = [{ Key: "qbusiness-dataaccessor:ExternalId", Value: "acme" }];
      return lab.ask("tagged", "sts", "AssumeRole", assumption(role, { Tags }));
    },
  },
  {
    name: "2: CreateTokenWithIAM with an ID token",
    expected: "OK",
    call: async (lab) => lab.exchange(await lab.main(), "a token without fault"),
  },
  {
    name: "3: AssumeRole with the identity context",
    expected: "OK",
    async call(lab) {
      const role = await makeRole(lab, { suffix: "three" });
      await assume(lab, role);
      const ProvidedContexts = [providedContext(await freshContext(lab))];
      return lab.ask("with a context", "sts", "AssumeRole", assumption(role, { ProvidedContexts }));
    },
  },
  {
    name: "4: SearchRelevantContent for the user",
    expected: "OK",
    needs: "retriever",
    call: async (lab) => search(lab, await searchSession(lab, await searchingRole(lab)), "a search"),
  },
];

export const REFUSALS: readonly Case[] = [
  token("that is no JWT", () => "not-a-token"),
  token("that nobody signed", () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "none", typ: "JWT" })}.${part({ sub: "x" })}.AA`;
  }),
  token("of alg RS384", () => ({ header: { alg: "RS384" } })),
  token("signed by another key than its kid names", ({ keys }) => ({
    key: keys.newcomer,
    header: { kid: keys.good.kid },
  })),
  token("signed by a key that is not published", ({ keys }) => ({ key: keys.newcomer })),
  token("of another issuer", () => ({ claims: { iss: "https://another.example.com" } })),
  token("for another audience", () => ({ claims: { aud: "another" } })),
  token("without audience", () => ({ claims: { aud: undefined } })),
  token("that expired an hour ago", (lab) => ({ claims: { exp: lab.nowSeconds() - 3600 } })),
  token("without exp", () => ({ claims: { exp: undefined } })),
  token("without the mapped claim", () => ({ claims: { email: undefined } })),
  token("that names nobody", () => ({ claims: { email: "nobody-at-all@example.com" } })),
  {
    name: "a token that was exchanged before",
    expected: { ...invalidGrant, message: /already redeemed/i },
    async call(lab) {
      const client = await lab.main();
      const once = await lab.mint(client);
      await lab.exchange(client, "a token", once);
      return lab.exchange(client, "the same token", once);
    },
  },
  input(
    "an application that does not exist",
    { code: "InvalidClientException", status: 401 },
    async (lab) => ({
      clientId: (await lab.main()).applicationArn.replace(/apl-[0-9a-f]+$/, "apl-0000000000000000"),
    }),
  ),
  input("a grant type that there is not", { code: "UnsupportedGrantTypeException", status: 400 }, () => ({
    grantType: "urn:example:none",
  })),
  input("no assertion", { code: "InvalidRequestException", status: 400 }, () => ({ assertion: undefined })),
  input("a scope the application has not", { code: "InvalidScopeException", status: 400 }, () => ({
    scope: ["another:scope"],
  })),
  {
    name: "a user without the assignment that is required",
    expected: { code: "AccessDeniedException", status: 400 },
    async call(lab) {
      const client = await lab.trust(lab.sites.spare);
      const required = { ApplicationArn: client.applicationArn, AssignmentRequired: true };
      await lab.must("sso-admin", "PutApplicationAssignmentConfiguration", required);
      await lab.wait(5000);
      return lab.exchange(client, "without assignment");
    },
  },
];
