// Probes of AssumeRoleWithWebIdentity: an OpenID Connect provider for one of the run's issuers, a role that trusts it, and
// tokens that differ in one thing.
import type { Answer } from "../bench/aws_calls.ts";
import { Undecided } from "../bench/endings.ts";
import type { IdentityCenterLab } from "../bench/identity_center_lab.ts";
import type { IssuerSite } from "../bench/issuer_site.ts";
import type { Probe } from "../bench/probe.ts";
import { assumption } from "../bench/roles.ts";
import { mintToken, PROBE_AUDIENCE, type TokenSpec } from "../bench/tokens.ts";

const MAKES = "an OpenID Connect provider and a role";
/** What was just made is not known everywhere at once. */
const TRIES = 12;

/** A role that trusts an issuer: asks with tokens of it. */
type Caller = (asked: string, spec?: TokenSpec) => Promise<Answer>;

/** A switch with two values, asked by one token: the one when AWS takes it, the other when not. */
function single(
  answers: Probe["answers"],
  asks: string,
  spec: TokenSpec,
  [taken, refused]: [taken: string, refused: string],
): Probe {
  return {
    answers,
    asks,
    makes: MAKES,
    async run(lab) {
      const call = await trustedCaller(lab, lab.sites.spare);
      await settled(lab, call);
      const answer = await call(asks, spec);
      if (!answer.ok && nameOf(answer) !== "InvalidIdentityToken") throw unanswered(answer);
      return { value: answer.ok ? taken : refused };
    },
  };
}

/** Probes of web identity tokens. */
export const WEB_IDENTITY_PROBES: readonly Probe[] = [
  single(
    "webIdentity.azp",
    "assumes a role with a token whose aud is right and whose azp is another",
    { claims: { azp: "another" } },
    ["ignore", "audience"],
  ),
  single(
    "webIdentity.severalAudiences",
    "assumes a role with a token of two audiences",
    { claims: { aud: [PROBE_AUDIENCE, "another"] } },
    ["any", "reject"],
  ),
  single(
    "webIdentity.missingKid",
    "assumes a role with a token without kid in its header",
    { header: { kid: undefined } },
    ["tryAll", "reject"],
  ),
  single("webIdentity.type", "assumes a role with a token of typ at+jwt", { header: { typ: "at+jwt" } }, [
    "any",
    "jwtOrAbsent",
  ]),
  {
    answers: "webIdentity.provider",
    asks: "assumes a role with a token and reads Provider of the answer",
    makes: MAKES,
    async run(lab) {
      const { output } = await settled(lab, await trustedCaller(lab, lab.sites.spare));
      return { value: String(output["Provider"]).startsWith("arn:") ? "arn" : "issuer" };
    },
  },
  {
    answers: "webIdentity.unreachable",
    asks: "assumes a role with a token of an issuer that publishes nothing",
    makes: MAKES,
    async run(lab) {
      const call = await trustedCaller(lab, { name: "nowhere", keys: [] });
      for (let tried = 1; ; tried += 1) {
        const answer = await call("a token of an issuer without documents");
        const name = nameOf(answer);
        const isKnown = name === "InvalidIdentityToken" || name === "IDPCommunicationError";
        // At first the provider itself is not known everywhere.
        if (isKnown && !/No OpenIDConnect provider/.test(answer.message ?? "")) return { value: name };
        if (tried === TRIES) throw unanswered(answer);
        await lab.wait(5000);
      }
    },
  },
];

/** Makes a provider for a site and a role that trusts it. */
async function trustedCaller(lab: IdentityCenterLab, site: IssuerSite): Promise<Caller> {
  const Url = lab.issuer.urlOf(site);
  const made = await lab.make({
    what: "OpenID Connect provider",
    service: "iam",
    create: ["CreateOpenIDConnectProvider", { Url, ClientIDList: [PROBE_AUDIENCE] }],
    remove: ({ OpenIDConnectProviderArn }) => ({
      id: String(OpenIDConnectProviderArn),
      calls: [["DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn }]],
    }),
  });
  const RoleName = `tti-probe-${lab.run}-web`;
  const Statement = {
    Effect: "Allow",
    Principal: { Federated: made["OpenIDConnectProviderArn"] },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: { StringEquals: { [`${Url.replace(/^https?:\/\//, "")}:sub`]: "tti-sandbox-probe" } },
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const output = await lab.make({
    what: "role",
    service: "iam",
    create: ["CreateRole", { RoleName, AssumeRolePolicyDocument }],
    remove: () => ({ id: RoleName, calls: [["DeleteRole", { RoleName }]] }),
  });
  const role = String((output["Role"] as { Arn?: string } | undefined)?.Arn);
  return (asked, spec = {}) => {
    const usual = { issuer: Url, email: "probe@example.com", nowSeconds: lab.nowSeconds() };
    const WebIdentityToken = mintToken(lab.keys.good, usual, spec);
    return lab.ask(asked, "sts", "AssumeRoleWithWebIdentity", assumption(role, { WebIdentityToken }));
  };
}

/** A token without fault is taken: provider and role are known. */
async function settled(lab: IdentityCenterLab, call: Caller): Promise<Answer> {
  for (let tried = 1; ; tried += 1) {
    const answer = await call("a token without fault");
    if (answer.ok) return answer;
    if (tried === TRIES) throw unanswered(answer);
    await lab.wait(5000);
  }
}

/** The error as AWS has it on the wire; the SDK adds a word. */
function nameOf({ code }: Answer): string {
  return (code ?? "").replace(/Exception$/, "");
}

function unanswered({ status, code, message }: Answer): Undecided {
  return new Undecided(`AWS answered ${status} ${code} (${message}), which does not answer the question`);
}
