// Owns what a static file of the pages is: bytes under a name that changes with them.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** A static file served with a name that changes with its content. */
export interface Asset {
  /** URL path, e.g. `/assets/0a1b2c….css`. */
  path: string;
  body: Buffer;
  /** The body as gzip (RFC 1952), for whoever takes it. */
  gzipped: Buffer;
  contentType: string;
  /** Strong validator, quoted (RFC 9110 section 8.8.3). */
  etag: string;
  /** Value for `Cache-Control`: the name changes with the content, so a cache may keep it. */
  cacheControl: string;
}

/** Makes one. @param ending of its name, without the dot */
export function assetOf(body: Buffer, ending: string, contentType: string): Asset {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return {
    path: `/assets/${hash}.${ending}`,
    body,
    gzipped: gzipSync(body, { level: 9 }),
    contentType,
    etag: `"${hash}"`,
    cacheControl: "public, max-age=31536000, immutable",
  };
}
