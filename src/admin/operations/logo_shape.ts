// Owns a logo as operations take and answer it, for organizations and applications alike.
import { z } from "zod";
import type { Logo } from "../../provider/looks/logo_store.ts";
import { logoPath } from "../../views/logo_path.ts";

/** A logo as operations answer it. */
export const logoShape = z
  .strictObject({
    path: z.string().describe("Where it is served, at the issuer; another whenever the logo is another."),
    width: z.int().describe("In pixels."),
    height: z.int().describe("In pixels."),
  })
  .nullable()
  .describe("Its logo; null: none.");

/** A logo as it is shown. */
export type ShownLogo = z.output<typeof logoShape>;

/** The member of an input that brings a logo. */
export const logoInput = z
  .string()
  .describe(
    "A PNG file in base64: at most 40 KiB and 512 × 256 pixels, 8 bits a channel, neither interlaced nor animated. Its pixels are kept, and nothing else of it.",
  );

/** Puts a logo as operations answer it. */
export function shownLogo(logo: Logo | undefined): ShownLogo {
  return logo === undefined ? null : { path: logoPath(logo.id), width: logo.width, height: logo.height };
}

/** In a line of text. */
export function logoText(logo: ShownLogo): string {
  return logo === null ? "–" : `${logo.width} × ${logo.height} pixels, at ${logo.path}`;
}
