// Owns asking an issuer what AWS will ask it, and what a stranger might: nothing is judged here.
import { request as requestClear } from "node:http";
import { request as requestSecure } from "node:https";
import type { Clock } from "../../clock.ts";
import { uriOf } from "../../input/web_address.ts";

/** One answer, or why there was none. */
export interface Answer {
  url: string;
  /** 0: no answer. */
  status: number;
  body: string;
  /** The body as JSON; undefined if it is none. */
  json: unknown;
  error?: string;
}

/** What an issuer answered. */
export interface IssuerObservation {
  issuer: string;
  discovery: Answer;
  /** Discovery, asked with another host name in the request's headers. */
  misled: Answer;
  /** Absent where discovery names no address of keys. */
  jwks?: Answer;
  /** The issuer's clock minus ours in seconds; absent if it did not say. */
  clockAheadSeconds?: number;
}

/** A host name nobody has (RFC 2606); an issuer that repeats it believed the request. */
export const strangeHost = "doctor.invalid";

const timeoutMs = 5_000;
const mostBytes = 1_000_000;

/** Asks an issuer. Never throws: what went wrong is part of the observation. */
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
  const jwks = typeof jwksUri === "string" ? await get(jwksUri) : undefined;
  return {
    issuer,
    discovery,
    misled,
    ...(jwks === undefined ? {} : { jwks }),
    ...(clockAheadSeconds === undefined ? {} : { clockAheadSeconds }),
  };
}

/** Asks an instance whether it is ready, and what it warns of. */
export async function observeReadiness(issuer: string): Promise<Answer> {
  return get(`${issuer.replace(/\/+$/, "")}/health/ready`);
}

/** A member of what may be an object. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
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

// node:http, because fetch does not let a caller choose the Host header, and follows no redirect by itself.
function get(url: string, headers: Record<string, string> = {}): Promise<Answer & { date?: string }> {
  const address = uriOf(url);
  if (address === undefined || !/^https?:$/.test(address.protocol)) {
    return Promise.resolve({
      url,
      status: 0,
      body: "",
      json: undefined,
      error: "it is no http or https URL",
    });
  }
  const { protocol, hostname } = address;
  const secure = protocol === "https:";
  return new Promise((resolve) => {
    const fail = (error: Error) =>
      resolve({ url, status: 0, body: "", json: undefined, error: error.message });
    const options = {
      agent: false as const,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: "application/json", ...headers },
      // The certificate asked for is the address's own, whatever the Host header says.
      ...(secure ? { servername: hostname } : {}),
    };
    const request = (secure ? requestSecure : requestClear)(url, options, (response) => {
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
        const { date } = response.headers;
        const status = response.statusCode ?? 0;
        resolve({ url, status, body, json: parseJson(body), ...(date === undefined ? {} : { date }) });
      });
    });
    request.on("error", fail);
    request.end();
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
