// Owns the addresses of logos.

/** The address of a logo. */
export const logoPath = (id: string): string => `/assets/logo/${id}.png`;

/** The id of the logo at an address; undefined: nothing of the kind is there. */
export function logoIdAt(path: string): string | undefined {
  return /^\/assets\/logo\/([0-9a-f]{32})\.png$/.exec(path)?.[1];
}
