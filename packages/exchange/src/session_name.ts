// RoleSessionName: what CloudTrail shows as "who" for every call made with the session.

/**
 * Makes a valid RoleSessionName (2–64 of `[\w+=,.@-]`, STS AssumeRole) from a user name, keeping it readable.
 *
 * @param user the ISV's name for the user, any string
 */
export function roleSessionName(user: string): string {
  const readable = user
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^A-Za-z0-9_+=,.@-]+/g, "-")
    .slice(0, 64);
  return readable.length >= 2 ? readable : `user-${readable || "unnamed"}`;
}
