// Owns what an issuer URL, and any address AWS must reach, may look like. Pure.
import { isIP } from "node:net";
import { uriOf } from "../../input/web_address.ts";
import { type Complaint, type Finding, failed, passed, warning } from "./finding.ts";

// The pattern of the IssuerUrl of a trusted token issuer.
const awsPattern = /^https?:\/\/[-a-zA-Z0-9+&@/%=~_|!:,.;]*[-a-zA-Z0-9+&@/%=~_|]$/;
const mostCharacters = 512;

/**
 * Checks the form of an issuer URL.
 * @see https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_OidcJwtConfiguration.html
 */
export function checkIssuerShape(issuer: string): Finding[] {
  const fault = shapeFault(issuer);
  if (fault !== undefined) return [failed("issuer", fault)];
  return [
    reachability("issuer", issuer, "I-2", "I-12") ??
      passed("issuer", `${issuer} is an issuer URL that AWS takes`),
  ];
}

function shapeFault(issuer: string): Complaint | undefined {
  const wrong = (what: string, fix: string, rule = "I-1"): Complaint => ({
    rules: [rule],
    message: `The issuer ${what}`,
    cause:
      "AWS compares it byte for byte with the trusted token issuer of each customer, who cannot edit it.",
    fix,
  });
  if (issuer.length > mostCharacters)
    return wrong(`has more than ${mostCharacters} characters`, "Shorten it.");
  if (uriOf(issuer) === undefined) return wrong("is no URL", "Write it whole: https://login.example.com");
  if (issuer.includes("?") || issuer.includes("#")) {
    return wrong("has a query or fragment", "Remove everything from ? or # on.");
  }
  if (issuer.includes("/.well-known/")) {
    return wrong("names the discovery document", "Remove /.well-known/openid-configuration.");
  }
  if (issuer.endsWith("/")) return wrong("ends in a slash", "Remove the slash, here and at AWS.", "I-11");
  if (!awsPattern.test(issuer)) {
    return wrong("has characters AWS does not take", "Use letters, digits, and . - _ in host and path.");
  }
  return undefined;
}

/**
 * Tells whether AWS could reach an address: public, https, port 443 (or 80).
 * @param rule the rule of the profile it breaks otherwise
 * @param httpsRule the one that asks for https
 * @returns undefined if so
 */
export function reachability(
  check: string,
  address: string,
  rule: string,
  httpsRule = rule,
): Finding | undefined {
  const rules = [rule];
  const { protocol, hostname, port } = new URL(address);
  if (!isPublicHost(hostname)) {
    return warning(check, {
      message: `${address} is on this machine or network`,
      rules,
      cause: "AWS fetches discovery and keys from the Internet. The local sandbox reaches this address.",
      fix: "Give the provider a public https address before you register it with AWS.",
    });
  }
  if (protocol !== "https:") {
    return failed(check, {
      message: `${address} is not https`,
      rules: [httpsRule],
      cause: "Whoever sits on the way could replace the keys and sign tokens of their own.",
      fix: "Put TLS in front and use the https address.",
    });
  }
  if (port !== "") {
    return failed(check, {
      message: `${address} names port ${port}`,
      rules,
      cause: "IAM Identity Center fetches from ports 443 and 80 only.",
      fix: "Serve it on port 443.",
    });
  }
  return undefined;
}

/** Whether a host, as `URL.hostname` gives it, may be one of the public Internet, by its looks. */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  switch (isIP(host)) {
    case 4:
      return !/^(0|10|127|169\.254|172\.(1[6-9]|2\d|3[01])|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
        host,
      );
    case 6:
      return !/^(::1?$|f[cd]|fe[89ab])/i.test(host);
    default:
      return host.includes(".") && !/\.(localhost|local|internal|test|invalid|home\.arpa)$/i.test(host);
  }
}

/** The IP address a host is, as `URL.hostname` gives it; undefined for a name. */
export function literalAddress(hostname: string): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? undefined : host;
}
