// A seed to begin with: one ISV whose application role may assume the registered role, as AWS documents it, and one customer.
// A developer's long-term keys may too: AWS's Streamlit sample reads two variables and knows no session token.
import { SandboxSetupError } from "../ground/errors.ts";
import { OWN_ISSUER_URL } from "../issuer/own_issuer_url.ts";
import { isvRole } from "./isv_role.ts";
import type { SandboxSeed } from "./schema.ts";

const ISV = "111122223333";
const CUSTOMER = "444455556666";
const ROLE = "isv";
const APPLICATION_ROLE = "isv-application";
const DEVELOPER = "isv-developer";

/**
 * @param issuer URL of the ISV's issuer, registered by the customer as trusted token issuer; `own`: the sandbox's, whose
 *   tokens `control.idToken()` and `POST /_sandbox/id-token` give
 * @param clientId the OIDC client id AWS registered for the ISV: the audience of its tokens
 * @throws SandboxSetupError `SANDBOX_OPTION_INVALID` for an issuer that is neither
 */
export function exampleSeed(issuer = "http://localhost:3000", clientId = "tti-demo"): SandboxSeed {
  const issuerUrl = urlOf(issuer);
  const principal = `arn:aws:iam::${ISV}:role/${ROLE}`;
  const application = `arn:aws:iam::${ISV}:role/${APPLICATION_ROLE}`;
  const developer = `arn:aws:iam::${ISV}:user/${DEVELOPER}`;
  return {
    accounts: [
      {
        id: ISV,
        name: "isv",
        roles: [applicationRole(APPLICATION_ROLE, principal), isvRole(ROLE, [application, developer])],
        credentials: [
          { name: "isv", role: APPLICATION_ROLE },
          { name: DEVELOPER, user: DEVELOPER, policies: assumePolicies(principal) },
          { name: "isv-admin", user: "administrator" },
        ],
      },
      { id: CUSTOMER, name: "acme", credentials: [{ name: "acme-admin", user: "administrator" }] },
    ],
    isvs: [{ displayName: "Example ISV", principal, clientId }],
    identityCenters: [
      {
        name: "acme",
        account: CUSTOMER,
        region: "us-east-1",
        users: [
          {
            userName: "ada",
            email: "ada@acme.example",
            displayName: "Ada Lovelace",
            groups: ["engineering"],
          },
          { userName: "bob", email: "bob@acme.example", displayName: "Bob Stone" },
        ],
        trustedTokenIssuers: [{ name: "isv", issuerUrl }],
      },
    ],
    qApplications: [
      {
        displayName: "acme-search",
        account: CUSTOMER,
        region: "us-east-1",
        identityCenter: "acme",
        documents: [
          { id: "handbook", title: "Handbook", content: "Everyone has thirty days of vacation." },
          {
            id: "design",
            title: "Design",
            content: "How the vacation planner is built.",
            allow: { groups: ["engineering"] },
          },
        ],
        dataAccessors: [
          { displayName: "example-isv", principal, externalId: "acme", trustedTokenIssuer: "isv" },
        ],
      },
    ],
  };
}

function urlOf(issuer: unknown): string {
  if (issuer === "own") return OWN_ISSUER_URL;
  if (typeof issuer === "string" && /^https?:/.test(issuer) && URL.canParse(issuer)) return issuer;
  throw new SandboxSetupError(
    "SANDBOX_OPTION_INVALID",
    "The example seed's issuer (--issuer on the command line, exampleSeed's first argument) is neither an http(s) URL nor own.",
  );
}

/**
 * The role an ISV's application runs as: it may assume the registered role with tags and a context, and nothing else.
 *
 * @param principal ARN of the registered role
 */
export function applicationRole(roleName: string, principal: string) {
  return {
    name: roleName,
    trustPolicy: {
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow" as const,
        Principal: { Service: "ec2.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
    },
    policies: assumePolicies(principal),
  };
}

function assumePolicies(principal: string) {
  return {
    AssumeRegisteredRole: {
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow" as const,
        Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetContext"],
        Resource: principal,
      },
    },
  };
}
