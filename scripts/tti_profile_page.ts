// Owns docs/tti-profile.md: the profile's numbered rules, as the doctor proves them, and how this provider's own tokens keep
// them.
import { profileRules } from "../src/onboarding/doctor/profile.ts";

const groups = [
  ["I", "The issuer"],
  ["K", "Its keys"],
  ["T", "Each token"],
] as const;

function rulesOf(letter: string): string {
  const rows = profileRules
    .filter(({ number }) => number.startsWith(`${letter}-`))
    .map(
      ({ number, level, rule, basis, checks }) =>
        `| ${number} | ${level} | ${rule} | ${basis} | ${checks.map((check) => `\`${check}\``).join(", ")} |`,
    );
  return `| rule | | | rests on | checks |
|---|---|---|---|---|
${rows.join("\n")}`;
}

const proof =
  "*Proof: [each rule broken](../test/onboarding/doctor/profile.test.ts), [issuers](../test/onboarding/doctor/issuer.test.ts), [tokens](../test/onboarding/doctor/token.test.ts)*";

const own = `| member | value | why |
|---|---|---|
| header \`alg\` | \`RS256\` | AWS accepts nothing else |
| header \`kid\` | the signing key's | known verifiers send and use it |
| \`iss\` | the issuer, byte for byte, no trailing slash | AWS compares byte for byte |
| \`sub\` | the account's id; for accounts your login made, your own id | required |
| \`aud\` | one string: the client id (for AWS, \`TTI_CLIENT_ID\`) | arrays are unproven at AWS |
| \`iat\`, \`exp\` | now, and at most \`TTI_ID_TOKEN_TTL\` later (300 s) | each token serves one exchange |
| \`jti\` | 128 random bits, new for every token | AWS redeems a \`jti\` once |
| \`auth_time\` | when the person last proved who they are; absent on a minted token if no login is known | for your own policies |
| \`email\`, \`email_verified: true\` | the proven address for this tenant | AWS matches users by it; a third party's token has it only with the scope \`email\` |
| \`name\` | when known; one that came from you, only for the tenant you gave it for | a third party's token has it only with the scope \`profile\` |
| \`tenant_id\` | the tenant's id (name settable by \`TTI_TENANT_CLAIM\`) | the exchange takes its connection from it |
| \`nonce\` | when asked for | OpenID Connect Core 1.0 |
| \`act\` | \`{ "sub": client_id }\` on minted tokens | RFC 8693: who acts for the person |
| \`sid\` | the browser session, for clients told of logouts by back channel | a logout ends this browser, not all |
| \`amr\`, \`acr\` | how the person signed in ([RFC 8176](https://www.rfc-editor.org/rfc/rfc8176)), and its class; on a minted token \`amr\` when given | AWS ignores other claims |

Keys are RSA-2048. Access tokens are opaque. A token that would lack \`sub\`, \`email\` or the tenant does not
leave the server, nor one of a sign-in without \`auth_time\`. Nobody else can set these members: they are written last, by one function
(\`src/provider/subjects/claims.ts\` decides them, \`src/provider/library/internals.ts\` seals them).

What AWS requires of tokens, with the source and certainty of each rule: \`tti sandbox --rules\`.

*Proof: [reserved claims](../test/security/reserved_claims.test.ts), [consent](../test/provider/interactions/consent.test.ts), [each tenant's own](../test/security/refused_mints.test.ts), [relying parties](../test/provider/relying_parties.test.ts)*`;

/** The page. */
export function ttiProfilePage(): string {
  return `# The profile of a trusted token issuer

<!-- Written from src/onboarding/doctor/profile.ts and scripts/tti_profile_page.ts by \`npm run docs\`. Do not edit. -->

What an OpenID Provider keeps so that AWS IAM Identity Center takes its tokens, in numbered rules that any provider's team can
conform to. This provider does. The conformance test is \`tti doctor\`: it looks at an issuer from outside, and at a token,
and tells each finding with the rule's number:

\`\`\`
tti doctor https://login.example.com --token token.jwt
\`\`\`

\`MUST\` and \`SHOULD\` are those of RFC 2119. A broken \`MUST\` fails, exit status 1; a broken \`SHOULD\` is a warning. With
\`--json\` the member \`profile\` lists the numbers that are \`kept\`, \`broken\`, \`doubtful\` and \`unseen\`. What each rule
rests on: **documented** by AWS; **observed** at AWS by somebody who published it; a **strict reading**, where AWS says
nothing or two things, which any of them takes; the **issuer's duty**, which AWS does not check, and which keeps one
customer's people apart from another's. Numbers are never given twice; new rules get new ones.

*Proof: [numbers](../test/onboarding/doctor/profile.test.ts), [the command](../test/cli/doctor.test.ts)*

${groups.map(([letter, title]) => `## ${title}\n\n${rulesOf(letter)}\n\n${proof}`).join("\n\n")}

T-1 to T-18 are those the exchange client keeps before it sends a token ([idTokenRules](../packages/exchange/docs/api.md)).
K-5 and K-6 are seen only of an installation of one's own: \`tti doctor\` without a URL.

## This provider's tokens

Every ID token this provider signs has this form, whichever flow made it: code, refresh, token exchange, JWT bearer.

${own}
`;
}
