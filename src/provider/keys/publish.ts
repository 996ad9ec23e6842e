// Owns standing the two documents somewhere else: written as static files for a CDN or bucket, and fetched back
// from there to be judged.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OperationError } from "../../errors.ts";
import { readWebUrl } from "../../input/web_address.ts";
import { discoveryPath } from "./discovery_document.ts";
import { jwksBytes } from "./key_documents.ts";
import { keySetAt } from "./key_set.ts";
import { listKeys } from "./key_store.ts";
import type { KeyOperationContext } from "./operations.ts";
import {
  type CopyExpectation,
  type CopyJudgement,
  copyCompleteUntilMs,
  type FetchedDocument,
  judgeCopy,
} from "./published_copy.ts";
import { parsePublicJwk } from "./signer.ts";

/** What publishing needs beside the keys. */
export interface PublishContext extends Pick<KeyOperationContext, "db" | "clock" | "policy"> {
  issuer: string;
  /** The provider's own discovery document. */
  discovery: Buffer;
}

/** Which files were written, and until when they serve. */
export interface WrittenFiles {
  files: string[];
  kids: string[];
  /** By when they must be written again, if the succession goes by itself until then; epoch milliseconds. */
  renewByMs: number;
}

/**
 * Writes discovery and JWKS below a folder, at the paths they have below the issuer. The JWKS comes first, and each
 * file appears whole, so that a folder that is being served is never wrong.
 */
export async function writeKeyFiles(context: PublishContext, folder: string): Promise<WrittenFiles> {
  const expected = await readExpectation(context);
  if (expected.publicJwks.length === 0) {
    throw new OperationError("unavailable", "There is no signing key to publish yet.", {
      fix: "Start an instance once (`tti serve`): it makes the first key.",
    });
  }
  const files = [
    await writeWhole(join(folder, new URL(expected.jwksUri).pathname), jwksBytes(expected.publicJwks)),
    await writeWhole(join(folder, discoveryPath), context.discovery),
  ];
  const kids = expected.publicJwks.map((jwk) => jwk.kid);
  const { jwksMaxAgeSeconds, clockSkewSeconds } = context.policy;
  const completeUntilMs = copyCompleteUntilMs(new Set(kids), expected);
  return { files, kids, renewByMs: completeUntilMs - (jwksMaxAgeSeconds + clockSkewSeconds) * 1000 };
}

/**
 * Fetches the copy below a URL and judges it.
 * @param url where the copy stands, without `/.well-known/…`: the issuer, or the address behind it
 * @throws OperationError `invalid_input` when the URL is none
 */
export async function checkPublishedCopy(context: PublishContext, url: string): Promise<CopyJudgement> {
  if (!("url" in readWebUrl(url, { http: "anywhere" }))) {
    throw new OperationError("invalid_input", `${url} is no http or https URL.`, {
      field: "url",
      fix: `Name where the copy stands, for example ${context.issuer}`,
    });
  }
  const expected = await readExpectation(context);
  const base = url.replace(/\/+$/, "").replace(discoveryPath, "");
  const discovery = await fetchDocument(`${base}${discoveryPath}`);
  const jwks = await fetchDocument(`${base}${new URL(expected.jwksUri).pathname}`);
  return judgeCopy({ discovery, jwks }, expected);
}

async function readExpectation(context: PublishContext): Promise<CopyExpectation> {
  const { db, policy, issuer } = context;
  const nowMs = context.clock().getTime();
  const keySet = keySetAt(await listKeys(db), nowMs, policy);
  const publicJwks = await Promise.all(
    keySet.published.map(({ row }) => parsePublicJwk(row.kid, row.publicJwkText)),
  );
  const { jwks_uri: jwksUri } = JSON.parse(context.discovery.toString("utf8")) as { jwks_uri: string };
  return { issuer, jwksUri, publicJwks, keySet, policy, nowMs };
}

async function writeWhole(path: string, bytes: Buffer): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  await writeFile(draft, bytes);
  await rename(draft, path);
  return path;
}

async function fetchDocument(url: string): Promise<FetchedDocument> {
  try {
    const answer = await fetch(url, {
      headers: { accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    const maxAge = /(?:^|[\s,])max-age=(\d+)/i.exec(answer.headers.get("cache-control") ?? "")?.[1];
    const maxAgeSeconds = maxAge === undefined ? undefined : Number(maxAge);
    return { url, status: answer.status, json: parseJson(text), maxAgeSeconds };
  } catch (cause) {
    const error =
      cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : "";
    return { url, status: 0, json: undefined, maxAgeSeconds: undefined, error };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
