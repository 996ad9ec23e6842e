// Owns what is known of an issuer's address before anything is asked of it: whether AWS could use it, where its discovery
// document is, whose product it is and what that product's tokens lack. Pure. Facts of products: docs/other-issuers.md.
import { parseClientAddress } from "../../input/client_address.ts";
import { isSpecialAddress } from "../../input/special_address.ts";
import { isLoopbackHost, uriOf } from "../../input/web_address.ts";
import { awsIssuerPattern } from "../../settings/setting_values.ts";

/** Whose product an issuer is. */
export type IssuerProduct = "tti-provider" | "cognito" | "auth0" | "okta" | "entra" | "keycloak" | "other";

/** An issuer as the papers name it. */
export interface IssuerFacts {
  /** `iss` of its tokens, byte for byte. */
  issuer: string;
  discoveryUrl: string;
  product: IssuerProduct;
  /** What is to be looked at before this issuer is registered, each a sentence. */
  cautions: readonly string[];
}

/** What is wrong with a value, and what to do. */
export interface Fault {
  fault: string;
  fix: string;
}

/** Where an issuer's discovery document is: AWS appends the path to the issuer, and a slash there already is one. */
const discoveryUrlOf = (issuer: string): string =>
  `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;

/**
 * Reads an issuer's address as AWS will.
 * @param local whether an address on this machine is taken: AWS does not reach it, the local AWS does
 * @returns the first thing that stands in the way, or the facts
 * @see the contract on issuer URLs: 1 to 512 characters of AWS's pattern, ports 80 and 443, public, without .well-known
 */
export function readIssuer(issuer: string, local = false): IssuerFacts | Fault {
  const url = uriOf(issuer);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return { fault: "is not a URL", fix: "Write it like https://login.example.com." };
  }
  if (url.username !== "" || url.password !== "" || issuer.includes("@")) {
    return { fault: "holds a user name or password", fix: "Remove it." };
  }
  if (/\.well-known/i.test(issuer)) {
    const fix =
      "Leave /.well-known/openid-configuration away: AWS appends it, and with it twice nothing works.";
    return { fault: "contains the discovery path", fix };
  }
  if (/[?#]/.test(issuer))
    return { fault: "has a query or fragment", fix: "Remove what begins with ? or #." };
  if (issuer.length > 512 || !awsIssuerPattern.test(issuer)) {
    return {
      fault: "is not an issuer URL AWS accepts",
      fix: "Use at most 512 characters, letters, digits and -+&@/%=~_|!:,.; of which the last is none of !:,.;",
    };
  }
  if (local && isLoopbackHost(url.hostname)) return factsOf(issuer, url);
  if (url.protocol !== "https:") {
    return {
      fault: "is not https",
      fix: "Put TLS in front of the issuer: whoever is in between could forge its keys.",
    };
  }
  if (url.port !== "") {
    return {
      fault: "names a port",
      fix: "Serve it at port 443: AWS reaches issuers at ports 80 and 443 only.",
    };
  }
  if (!isPublic(url.hostname)) {
    return {
      fault: "is an address AWS does not reach",
      fix: "Use the public name under which the discovery document and the keys answer everybody.",
    };
  }
  return factsOf(issuer, url);
}

/** The issuer of an Amazon Cognito user pool, from its id, which begins with its region. */
export function cognitoIssuer(poolId: string): { issuer: string } | Fault {
  const [, region] = /^([a-z]{2,3}(?:-[a-z]+)+-\d{1,2})_[A-Za-z0-9]{1,55}$/.exec(poolId) ?? [];
  if (region === undefined) {
    return { fault: "is not the id of a user pool", fix: "Write it like eu-central-1_a1B2c3D4e." };
  }
  return { issuer: `https://cognito-idp.${region}.amazonaws.com/${poolId}` };
}

function isPublic(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, "");
  if (parseClientAddress(bare) !== undefined) return !isSpecialAddress(bare);
  return (
    hostname.includes(".") &&
    !/\.(?:localhost|local|internal|lan|home\.arpa|test|invalid)\.?$/i.test(hostname)
  );
}

const products: readonly { product: IssuerProduct; is(url: URL): boolean; cautions: readonly string[] }[] = [
  {
    product: "cognito",
    is: ({ hostname }) => /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com$/.test(hostname),
    cautions: [
      "Turn token revocation on for the app client: without it its ID tokens have no jti.",
      "People may change their address: keep the original value active until the new one is proven.",
    ],
  },
  {
    product: "auth0",
    is: ({ hostname }) => /\.auth0(?:app)?\.com$/.test(hostname),
    cautions: [
      "Its ID tokens have no jti and none can be added. AWS's own pages disagree whether it is needed: try one exchange before you register.",
      "Its issuer ends with a slash, which belongs to it.",
    ],
  },
  {
    product: "okta",
    is: ({ hostname }) => /\.(?:okta|oktapreview|okta-emea)\.com$/.test(hostname),
    cautions: ["A claim that names the customer needs a custom authorization server (…/oauth2/<id>)."],
  },
  {
    product: "entra",
    is: ({ hostname }) => ["login.microsoftonline.com", "sts.windows.net"].includes(hostname),
    cautions: [
      "Its issuer is that of one directory. With an application for several directories each has an issuer of its own, and AWS registers one for each ISV.",
      "Its ID tokens have uti in place of jti. AWS's own pages disagree whether jti is needed: try one exchange before you register.",
      "The e-mail address is an optional claim, and a directory's administrator may write any address into it.",
      "Leave custom signing keys off: AWS does not support them.",
    ],
  },
  {
    product: "keycloak",
    is: ({ pathname }) => /\/realms\/[^/]+\/?$/.test(pathname),
    cautions: [
      "The realm must sign ID tokens with RS256, which is its default; AWS takes no other.",
      "An audience mapper with Add to ID token makes aud a list: AWS's examples all have one text.",
      "The attribute that names the customer must be one that people cannot write themselves: Who can edit is Admin alone.",
    ],
  },
];

function factsOf(issuer: string, url: URL): IssuerFacts {
  const known = products.find(({ is }) => is(url));
  const slash =
    issuer.endsWith("/") && known?.product !== "auth0"
      ? ["It ends with a slash. Tokens, discovery document and registration must all have it, or none."]
      : [];
  return {
    issuer,
    discoveryUrl: discoveryUrlOf(issuer),
    product: known?.product ?? "other",
    cautions: [...(known?.cautions ?? []), ...slash],
  };
}
