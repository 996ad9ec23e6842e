// Owns the console's cookies: their names and attributes, and how they are read. Over https their prefix keeps other hosts
// from setting them (RFC 6265bis section 4.1.3); ports of one host share them, so a name that comes twice counts as none.
const names = { session: "tti_console", signIn: "tti_console_sign_in", told: "tti_console_told" } as const;

/** Which cookie. */
export type ConsoleCookie = keyof typeof names;

/** A cookie's whole name. */
function cookieName(origin: string, cookie: ConsoleCookie): string {
  return `${isSecure(origin) ? "__Host-" : ""}${names[cookie]}`;
}

/**
 * Reads a cookie.
 * @param header the request's Cookie header
 * @returns undefined if it is not there, is no plain text of ours, or is there twice: one of both was planted
 */
export function readCookie(
  header: string | undefined,
  origin: string,
  cookie: ConsoleCookie,
): string | undefined {
  const name = cookieName(origin, cookie);
  const values = (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value, ...others] = values;
  return others.length === 0 && /^[\w.~-]{1,3000}$/.test(value ?? "") ? value : undefined;
}

/**
 * A Set-Cookie line. Without a lifetime the cookie ends with the browser.
 * @param value base64url
 * @param maxAgeSeconds 0 removes it
 */
export function setCookie(
  origin: string,
  cookie: ConsoleCookie,
  value: string,
  maxAgeSeconds?: number,
): string {
  const age = maxAgeSeconds === undefined ? "" : `; Max-Age=${maxAgeSeconds}`;
  const ended = maxAgeSeconds === 0 ? "; Expires=Thu, 01 Jan 1970 00:00:00 GMT" : "";
  // Lax, because the sign-in comes back from another site.
  return `${cookieName(origin, cookie)}=${value}; Path=/; HttpOnly; SameSite=Lax${isSecure(origin) ? "; Secure" : ""}${age}${ended}`;
}

const isSecure = (origin: string): boolean => origin.startsWith("https:");
