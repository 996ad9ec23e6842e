// Reading answers of other servers: as JSON, and never more of them than was agreed.

/**
 * Reads a response's body as a JSON object.
 *
 * @param mostBytes what is read at most; more is refused before it is all here
 * @throws Error in words for a person: too large, no JSON, no object; what `fetch` throws if the connection breaks
 */
export async function readJsonObject(
  response: Response,
  mostBytes: number,
): Promise<Record<string, unknown>> {
  const value = parse(await readText(response, mostBytes));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("the answer is no JSON object");
  }
  return { ...value };
}

async function readText(response: Response, mostBytes: number): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new Error(`the answer is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("the answer is no JSON");
  }
}
