// The body of an upload in chunks (`aws-chunked`), as S3's clients send streams. Signatures of chunks and checksums in
// trailers are not verified. S3 API reference, "Transferring payload in multiple chunks".

/**
 * @param contentSha256 the header `x-amz-content-sha256`: STREAMING-… announces chunks
 * @returns the bytes without the framing; undefined when the framing is broken
 */
export function decodeChunked(body: Buffer, contentSha256: string): Buffer | undefined {
  if (!contentSha256.startsWith("STREAMING-")) return body;
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf("\r\n", at);
    const size = /^([0-9a-fA-F]{1,8})(;|$)/.exec(
      body.subarray(at, Math.max(at, end)).toString("latin1"),
    )?.[1];
    if (end < 0 || size === undefined) return undefined;
    const length = Number.parseInt(size, 16);
    if (length === 0) return Buffer.concat(parts);
    const start = end + 2;
    if (body.subarray(start + length, start + length + 2).toString("latin1") !== "\r\n") return undefined;
    parts.push(body.subarray(start, start + length));
    at = start + length + 2;
  }
}
