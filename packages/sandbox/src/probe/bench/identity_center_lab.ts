// The part of the bench that stands in Identity Center: an instance, a user, issuers and applications that trust them, and
// exchanges with whatever token a probe wants to have judged.
import type { Answer } from "./aws_calls.ts";
import { Undecided } from "./endings.ts";
import type { IssuerSite, ProbeIssuer, ProbeSites } from "./issuer_site.ts";
import type { Lab, MadeThing } from "./lab.ts";
import { mintToken, PROBE_AUDIENCE, type ProbeKeys, type TokenSpec } from "./tokens.ts";

/** What a run was told of things that exist in the account. */
export type Existing = {
  instanceArn?: string;
  /** Longest time a probe may wait, in seconds. */
  maxWaitSeconds: number;
  httpIssuerUrl?: string;
  disabledUser?: string;
  applicationId?: string;
  applicationRegion?: string;
  retrieverId?: string;
  indexId?: string;
  isvRole?: string;
  /** What is searched for; must find more than a page. */
  query?: string;
  /** A user whom Q Business lets search; else the run's own. */
  user?: string;
};

/** The bench of one run. */
export type IdentityCenterLab = Lab & {
  run: string;
  keys: ProbeKeys;
  sites: ProbeSites;
  issuer: ProbeIssuer;
  existing: Existing;
  /** The bench at a second instance, when there is one. */
  other: IdentityCenterLab | null;
  /** The bench of the ISV's account, when there is one. */
  isv: Lab | null;
  accountId(): Promise<string>;
  instance(): Promise<Instance>;
  /** Address of the run's own user. */
  email(): Promise<string>;
  /** Makes an issuer and an application that trusts it, removed with the probe. */
  trust(site: IssuerSite, how?: TrustOptions): Promise<Client>;
  /** The run's own application; a good token was exchanged there. */
  main(): Promise<Client>;
  /** Exchanges a token that is good but for what is asked; a text is sent as it is. */
  exchange(client: Client, asked: string, spec?: TokenSpec | string): Promise<Answer>;
  /** @returns a token for that client */
  mint(client: Client, spec?: TokenSpec): Promise<string>;
};

/** An Identity Center instance. */
export type Instance = { instanceArn: string; identityStoreId: string };
/** An application with the issuer it trusts. */
export type Client = { applicationArn: string; issuerArn: string; issuerUrl: string };
/** How an issuer or its application differs from the usual. */
export type TrustOptions = { grants?: readonly ("jwtBearer" | "refreshToken")[] };

const JWT_ONLY: NonNullable<TrustOptions["grants"]> = ["jwtBearer"];
/** Ten exchanges a second are an instance's own limit (IDC-LIM): a probe takes a few of them. */
const PACE_MS = 150;
const SETTLING_TRIES = 12;
const SETTLING_MS = 5000;
const CUSTOM = "arn:aws:sso::aws:applicationProvider/custom";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/**
 * @param lab the bench of the account and region where the instance is; what it makes goes with the probe
 * @param lasting another bench of the same: what it makes stays for the run
 */
export function createIdentityCenterLab(
  lab: Lab,
  lasting: Lab,
  parts: Pick<IdentityCenterLab, "run" | "keys" | "sites" | "issuer" | "existing" | "other" | "isv">,
): IdentityCenterLab {
  const { run, issuer, existing, keys, sites } = parts;
  let count = 0;
  const accountId = once(async () => String((await lasting.must("sts", "GetCallerIdentity", {}))["Account"]));
  const instance = once(() => findInstance(lasting, existing.instanceArn));
  const email = once(async () => {
    const name = `tti-probe-${run}`;
    await makeUser(lasting, (await instance()).identityStoreId, name, `${name}@example.com`);
    return `${name}@example.com`;
  });
  async function mint(client: Client, spec: TokenSpec = {}): Promise<string> {
    const usual = { issuer: client.issuerUrl, email: await email(), nowSeconds: lab.nowSeconds() };
    return mintToken(spec.key ?? keys.good, usual, spec);
  }
  async function trustAt(bench: Lab, site: IssuerSite, grants: NonNullable<TrustOptions["grants"]>) {
    count += 1;
    const name = `tti-probe-${run}-${count}`;
    const issuerUrl = issuer.urlOf(site);
    const { instanceArn } = await instance();
    const made = await bench.make(trustedTokenIssuer(instanceArn, name, issuerUrl));
    const issuerArn = String(made["TrustedTokenIssuerArn"]);
    const applicationArn = await makeApplication(bench, instanceArn, name, await accountId());
    if (grants.includes("jwtBearer")) {
      const AuthorizedTokenIssuers = [
        { TrustedTokenIssuerArn: issuerArn, AuthorizedAudiences: [PROBE_AUDIENCE] },
      ];
      await putGrant(bench, applicationArn, JWT_BEARER, { JwtBearer: { AuthorizedTokenIssuers } });
    }
    if (grants.includes("refreshToken"))
      await putGrant(bench, applicationArn, "refresh_token", { RefreshToken: {} });
    return { applicationArn, issuerArn, issuerUrl };
  }
  const main = once(async () => {
    const client = await trustAt(lasting, sites.main, JWT_ONLY);
    await settle(lasting, async () => {
      await lasting.wait(PACE_MS);
      return send(lasting, client, await mint(client), "a token without fault");
    });
    return client;
  });
  return {
    ...lab,
    ...parts,
    accountId,
    instance,
    email,
    main,
    mint,
    trust: (site, { grants = JWT_ONLY } = {}) => trustAt(lab, site, grants),
    async exchange(client, asked, spec) {
      await lab.wait(PACE_MS);
      return send(lab, client, typeof spec === "string" ? spec : await mint(client, spec), asked);
    },
  };
}

/** Finds once what is asked often; a failure is not remembered. */
function once<Value>(find: () => Promise<Value>): () => Promise<Value> {
  let found: Promise<Value> | undefined;
  return () => {
    found ??= find().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

/**
 * Tries until AWS accepts: what was just made is not known everywhere at once.
 *
 * @throws Undecided when it never does
 */
export async function settle(lab: Lab, attempt: () => Promise<Answer>): Promise<Answer> {
  for (let tried = 1; ; tried += 1) {
    const answer = await attempt();
    if (answer.ok) return answer;
    if (tried === SETTLING_TRIES) {
      throw new Undecided(
        `what should pass was refused ${SETTLING_TRIES} times, at last with ${answer.status} ${answer.code} (${answer.message}); is the issuer public?`,
      );
    }
    await lab.wait(SETTLING_MS);
  }
}

/** Sends an assertion as it is. */
export function send(
  lab: Lab,
  client: Client,
  assertion: string,
  asked: string,
  region?: string,
): Promise<Answer> {
  const input = { clientId: client.applicationArn, grantType: JWT_BEARER, assertion };
  return lab.ask(asked, "sso-oidc", "CreateTokenWithIAM", input, region === undefined ? {} : { region });
}

async function findInstance(lab: Lab, wanted: string | undefined): Promise<Instance> {
  const { Instances = [] } = (await lab.must("sso-admin", "ListInstances", {})) as {
    Instances?: { InstanceArn?: string; IdentityStoreId?: string }[];
  };
  const found = Instances.find(({ InstanceArn }) => wanted === undefined || InstanceArn === wanted);
  if (found?.InstanceArn !== undefined && found.IdentityStoreId !== undefined) {
    return { instanceArn: found.InstanceArn, identityStoreId: found.IdentityStoreId };
  }
  throw new Undecided(
    wanted === undefined
      ? `the account has no Identity Center instance in ${lab.region}`
      : `${wanted} is no instance of the account in ${lab.region}`,
  );
}

/** Makes a user; the part of the address before the at sign keeps its case. */
export async function makeUser(
  lab: Lab,
  IdentityStoreId: string,
  UserName: string,
  address: string,
): Promise<void> {
  await lab.make({
    what: "user",
    service: "identitystore",
    create: [
      "CreateUser",
      {
        IdentityStoreId,
        UserName,
        DisplayName: "tti-sandbox probe",
        Name: { GivenName: "Probe", FamilyName: "Tti" },
        Emails: [{ Value: address, Primary: true, Type: "work" }],
      },
    ],
    remove: ({ UserId }) => ({
      id: `${UserName} (${String(UserId)})`,
      calls: [["DeleteUser", { IdentityStoreId, UserId }]],
    }),
  });
}

/** @returns a trusted token issuer to make; it maps `email` to the e-mail address unless told otherwise */
export function trustedTokenIssuer(
  InstanceArn: string,
  Name: string,
  IssuerUrl: string,
  IdentityStoreAttributePath = "emails.value",
): MadeThing {
  const jwt = { IssuerUrl, ClaimAttributePath: "email", IdentityStoreAttributePath };
  const OidcJwtConfiguration = { ...jwt, JwksRetrievalOption: "OPEN_ID_DISCOVERY" };
  const TrustedTokenIssuerConfiguration = { OidcJwtConfiguration };
  return {
    what: "trusted token issuer",
    service: "sso-admin",
    create: [
      "CreateTrustedTokenIssuer",
      { InstanceArn, Name, TrustedTokenIssuerType: "OIDC_JWT", TrustedTokenIssuerConfiguration },
    ],
    remove: ({ TrustedTokenIssuerArn }) => ({
      id: String(TrustedTokenIssuerArn),
      calls: [["DeleteTrustedTokenIssuer", { TrustedTokenIssuerArn }]],
    }),
  };
}

async function makeApplication(
  lab: Lab,
  InstanceArn: string,
  Name: string,
  account: string,
): Promise<string> {
  const output = await lab.make({
    what: "application",
    service: "sso-admin",
    create: ["CreateApplication", { InstanceArn, Name, ApplicationProviderArn: CUSTOM }],
    remove: ({ ApplicationArn }) => ({
      id: String(ApplicationArn),
      calls: [["DeleteApplication", { ApplicationArn }]],
    }),
  });
  const { ApplicationArn } = output;
  const Statement = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: "sso-oauth:CreateTokenWithIAM",
    Resource: "*",
  };
  const ActorPolicy = { Version: "2012-10-17", Statement: [Statement] };
  await lab.must("sso-admin", "PutApplicationAuthenticationMethod", {
    ApplicationArn,
    AuthenticationMethodType: "IAM",
    AuthenticationMethod: { Iam: { ActorPolicy } },
  });
  const open = { ApplicationArn, AssignmentRequired: false };
  await lab.must("sso-admin", "PutApplicationAssignmentConfiguration", open);
  return String(ApplicationArn);
}

async function putGrant(lab: Lab, ApplicationArn: string, GrantType: string, Grant: object): Promise<void> {
  await lab.must("sso-admin", "PutApplicationGrant", { ApplicationArn, GrantType, Grant });
}
