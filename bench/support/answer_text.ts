// Reads answers of HTTP/1.1 out of the text of a connection: bodies by Content-Length or in chunks, which is what servers send on kept
// connections (RFC 9112 section 6).

/** An answer, in full. Texts are bytes, one a character (latin1). */
export interface Answer {
  status: number;
  head: string;
  body: string;
}

/**
 * Reads the answer that a text begins with.
 * @returns undefined while it is not there in full
 */
export function readAnswer(received: string): { answer: Answer; rest: string } | undefined {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = received.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const start = headEnd + 4;
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const chunks = readChunks(received, start);
    return chunks && { answer: { status, head, body: chunks.body }, rest: received.slice(chunks.end) };
  }
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  if (received.length < start + length) return undefined;
  const end = start + length;
  return { answer: { status, head, body: received.slice(start, end) }, rest: received.slice(end) };
}

function readChunks(received: string, start: number): { body: string; end: number } | undefined {
  let body = "";
  for (let place = start; ; ) {
    const lineEnd = received.indexOf("\r\n", place);
    if (lineEnd < 0) return undefined;
    const length = Number.parseInt(received.slice(place, lineEnd), 16);
    const end = lineEnd + 2 + length + 2;
    if (received.length < end) return undefined;
    if (length === 0) return { body, end };
    body += received.slice(lineEnd + 2, end - 2);
    place = end;
  }
}
