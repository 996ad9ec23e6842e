// Owns what a redirect URI may be, and when the one of a request is a registered one. Pure.
import { isLoopbackHost, readWebUrl, uriOf } from "../../input/web_address.ts";

/** What of a client decides about its redirect URIs. */
export interface RedirectOwner {
  applicationType?: string | undefined;
}

// The whole authority is an address and a port, so nothing can hide in it. localhost is left out: it may resolve
// to another interface (RFC 8252 section 8.3).
const loopbackAddress = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::\d{1,5})?((?:[/?].*)?)$/s;

/**
 * Tells whether a request may name a redirect URI: the registered string, byte for byte. A native application
 * listens on whatever port is free, so at a loopback address its port is not compared (RFC 8252 section 7.3).
 * @param registered the client's redirect URIs
 */
export function isRegisteredRedirect(
  client: RedirectOwner,
  registered: readonly string[],
  presented: string,
): boolean {
  if (registered.includes(presented)) return true;
  if (client.applicationType !== "native") return false;
  const portless = withoutLoopbackPort(presented);
  return portless !== undefined && registered.some((uri) => withoutLoopbackPort(uri) === portless);
}

function withoutLoopbackPort(uri: string): string | undefined {
  const [, host, rest] = loopbackAddress.exec(uri) ?? [];
  return host === undefined ? undefined : `${host}${rest}`;
}

/** Whether a URI belongs to an application on the person's own machine: a loopback address or its own scheme. */
export function isNativeRedirect(uri: string): boolean {
  return loopbackAddress.test(uri) || isPrivateUseScheme(uriOf(uri)?.protocol ?? "");
}

/**
 * Whether a scheme is one an application makes up for itself: a domain name its author holds, written backwards
 * (RFC 8252 section 7.1). `javascript:` and its kind hold no dot.
 * @param protocol as URL gives it, with the colon
 */
export function isPrivateUseScheme(protocol: string): boolean {
  return /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+:$/.test(protocol);
}

/**
 * Judges a redirect URI at registration.
 * @param native whether it is for a native application, which alone may use a scheme of its own
 * @returns what is wrong with it and what to do; undefined if nothing is
 */
export function whyNoRedirect(uri: string, native: boolean): { problem: string; fix: string } | undefined {
  // The URL parser trims, drops and encodes; what is compared later is the text, of whatever scheme.
  if (uri !== "" && !/^[\x21-\x7e]+$/.test(uri)) {
    return {
      problem: "holds spaces, control or non-ASCII characters",
      fix: "Percent-encode them; write host names in ASCII.",
    };
  }
  const url = uriOf(uri);
  if (url === undefined) return { problem: `holds "${uri}", which is no URI`, fix: "Write the whole URI." };
  if (uri.includes("#")) return { problem: `holds a fragment in "${uri}"`, fix: "Remove it." };
  if (uri.includes("*")) {
    return {
      problem: `holds "*" in "${uri}", which would only match itself`,
      fix: "Register each URI as it is sent; they are compared byte by byte.",
    };
  }
  if (url.username !== "" || url.password !== "") {
    return { problem: "holds a user or password", fix: "Remove it." };
  }
  if (url.protocol === "https:" || isLoopbackHttp(url)) {
    const read = readWebUrl(uri, { http: "loopback" });
    return "url" in read ? undefined : { problem: read.fault, fix: `${read.fix}.` };
  }
  if (url.protocol === "http:") {
    return { problem: `holds "${uri}", which is not https`, fix: "Use https; http only on localhost." };
  }
  if (native && isPrivateUseScheme(url.protocol)) return undefined;
  return {
    problem: `holds "${uri}", whose scheme is not https`,
    fix: "Use https. A public native application may use a scheme of its own: a domain name backwards, like com.example.app:/callback.",
  };
}

/** Whether a URL names the loopback interface, so that http may be used (RFC 8252 sections 7.3 and 8.3). */
export function isLoopbackHttp(url: URL): boolean {
  return url.protocol === "http:" && isLoopbackHost(url.hostname);
}
