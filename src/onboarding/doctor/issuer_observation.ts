// Owns asking an issuer what AWS will ask it, and what a stranger might: nothing is judged here.
import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestClear } from "node:http";
import { request as requestSecure } from "node:https";
import type { LookupFunction } from "node:net";
import { TLSSocket } from "node:tls";
import type { Clock } from "../../clock.ts";
import { isSpecialAddress } from "../../input/special_address.ts";
import { uriOf } from "../../input/web_address.ts";
import { isPublicHost, literalAddress } from "./issuer_address.ts";

/** One answer, or why there was none. */
export interface Answer {
  url: string;
  /** 0: no answer. */
  status: number;
  body: string;
  /** The body as JSON; undefined if it is none. */
  json: unknown;
  error?: string;
  /** The error's code, `CERT_HAS_EXPIRED` or `ENOTFOUND`, where it has one. */
  errorCode?: string;
  /** Where it redirects. Nobody went there. */
  location?: string;
  cacheControl?: string;
  /** Until when the server's certificate is good, epoch milliseconds; of https. */
  certificateUntilMs?: number;
}

/** What an issuer answered. */
export interface IssuerObservation {
  issuer: string;
  discovery: Answer;
  /** Discovery, asked with another host name in the request's headers. */
  misled: Answer;
  /** Absent where discovery names no address of keys. */
  jwks?: Answer;
  /** The addresses its host name leads to; none: it is an address itself, or leads nowhere. */
  addresses: readonly string[];
  /** The issuer's clock minus ours in seconds; absent if it did not say. */
  clockAheadSeconds?: number;
}

/** A host name nobody has (RFC 2606); an issuer that repeats it believed the request. */
export const strangeHost = "doctor.invalid";

const timeoutMs = 5_000;
const mostBytes = 1_000_000;

/**
 * Asks an issuer: four requests, each of bounded time and bytes, none of which follows a redirect. What a public issuer's
 * document names is asked on the public Internet only: it must not make us ask in our own network (SSRF).
 * Never throws: what went wrong is part of the observation.
 */
export async function observeIssuer(issuer: string, clock: Clock): Promise<IssuerObservation> {
  const url = `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
  const askedAtMs = clock().getTime();
  const { date, ...discovery } = await get(url);
  const clockAheadSeconds = clockDifference(date, askedAtMs, clock().getTime());
  const { date: _date, ...misled } = await get(url, {
    host: strangeHost,
    "x-forwarded-host": strangeHost,
    forwarded: `host=${strangeHost}`,
  });
  const jwksUri = memberOf(discovery.json, "jwks_uri");
  const reach = isPublicHost(uriOf(issuer)?.hostname ?? "") ? "public" : "anywhere";
  const jwks = typeof jwksUri === "string" ? await observeDocument(jwksUri, reach) : undefined;
  return {
    issuer,
    discovery,
    misled,
    addresses: await addressesOf(issuer),
    ...(jwks === undefined ? {} : { jwks }),
    ...(clockAheadSeconds === undefined ? {} : { clockAheadSeconds }),
  };
}

/** Asks for a document that an issuer names. */
export async function observeDocument(url: string, reach: Reach): Promise<Answer> {
  const { date: _date, ...answer } = await get(url, {}, reach);
  return answer;
}

/** Asks an instance whether it is ready, and what it warns of. */
export async function observeReadiness(issuer: string): Promise<Answer> {
  return get(`${issuer.replace(/\/+$/, "")}/health/ready`);
}

/** A member of what may be an object. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

async function addressesOf(issuer: string): Promise<string[]> {
  const hostname = uriOf(issuer)?.hostname ?? "";
  if (hostname === "" || literalAddress(hostname) !== undefined) return [];
  const found = await lookup(hostname, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

// The Date header has whole seconds and was set between asking and answering; within that span nothing is wrong.
function clockDifference(
  date: string | undefined,
  askedAtMs: number,
  answeredAtMs: number,
): number | undefined {
  const theirsMs = Date.parse(date ?? "");
  if (Number.isNaN(theirsMs)) return undefined;
  if (theirsMs + 1000 < askedAtMs) return (theirsMs + 1000 - askedAtMs) / 1000;
  return theirsMs > answeredAtMs ? (theirsMs - answeredAtMs) / 1000 : 0;
}

/** Where a request may go: a stranger's document leads to public addresses only. */
type Reach = "anywhere" | "public";

const inside = "it leads into a private or special network, and was not asked";

// The connection goes to the addresses that were judged, so a name that answers otherwise later changes nothing.
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { all: true }).then(
    (addresses) => {
      const [first] = addresses;
      if (first === undefined || addresses.some(({ address }) => isSpecialAddress(address)))
        callback(new Error(inside), "", 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    },
    (error: Error) => callback(error, "", 0),
  );
};

// node:http, because fetch does not let a caller choose the Host header, and follows no redirect by itself.
function get(
  url: string,
  headers: Record<string, string> = {},
  reach: Reach = "anywhere",
): Promise<Answer & { date?: string }> {
  const none = (error: string) => ({ url, status: 0, body: "", json: undefined, error });
  const address = uriOf(url);
  if (address === undefined || !/^https?:$/.test(address.protocol)) {
    return Promise.resolve(none("it is no http or https URL"));
  }
  const { protocol, hostname } = address;
  const literal = literalAddress(hostname);
  // A host that is an address is looked up by nobody.
  if (reach === "public" && literal !== undefined && isSpecialAddress(literal))
    return Promise.resolve(none(inside));
  const secure = protocol === "https:";
  return new Promise((resolve) => {
    const fail = (error: Error & { code?: string }) =>
      resolve({ ...none(error.message), ...(error.code === undefined ? {} : { errorCode: error.code }) });
    const options = {
      agent: false as const,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: "application/json", ...headers },
      ...(reach === "public" ? { lookup: lookupPublic } : {}),
      // The certificate asked for is the address's own, whatever the Host header says.
      ...(secure ? { servername: hostname } : {}),
    };
    const request = (secure ? requestSecure : requestClear)(url, options, (response) => {
      const told = { url, status: response.statusCode ?? 0, ...detailsOf(response) };
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("error", fail);
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostBytes) request.destroy(new Error(`the answer is larger than ${mostBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        resolve({ ...told, body, json: parseJson(body) });
      });
    });
    request.on("error", fail);
    request.end();
  });
}

function detailsOf({ headers, socket }: IncomingMessage) {
  const { date, location } = headers;
  const cacheControl = headers["cache-control"];
  const until = socket instanceof TLSSocket ? Date.parse(socket.getPeerCertificate().valid_to) : Number.NaN;
  return {
    ...(date === undefined ? {} : { date }),
    ...(location === undefined ? {} : { location }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(Number.isNaN(until) ? {} : { certificateUntilMs: until }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
