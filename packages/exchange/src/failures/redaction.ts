// Keeps secrets out of what people read. Exact values are known at every call site; the JWT pattern catches the rest.

const jwtLike = /eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2}/g;

/** Replaces every given secret, and anything that looks like a JWT, in a text meant for people. */
export function redact(text: string, secrets: readonly (string | undefined)[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret !== undefined && secret.length >= 6) clean = clean.replaceAll(secret, "[redacted]");
  }
  return clean.replace(jwtLike, "[redacted]");
}

/** The message of anything that was thrown; empty if it has none. Never throws itself. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  if (typeof thrown !== "object" || thrown === null || !("message" in thrown)) return "";
  return typeof thrown.message === "string" ? thrown.message : "";
}
