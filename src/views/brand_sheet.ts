// Owns the style sheet of a brand colour: its tokens in both schemes, at an address that is the colour itself and the version
// of how it is computed. So it is kept nowhere, every instance serves it, and nothing but a colour can be asked for.
import { brandTokens, isBrandColor, type Scheme } from "./brand_color.ts";

// Another computation, another address: browsers keep a sheet for a year.
const version = "1";

const pathPattern = /^\/assets\/brand\/([0-9a-f]{6})-1\.css$/;

/** The address of a colour's sheet; undefined for what is no colour. */
export function brandSheetPath(color: string | undefined): string | undefined {
  if (color === undefined || !isBrandColor(color)) return undefined;
  return `/assets/brand/${color.slice(1).toLowerCase()}-${version}.css`;
}

/** The sheet at an address; undefined where there is none. */
export function brandSheetAt(path: string): string | undefined {
  const digits = pathPattern.exec(path)?.[1];
  if (digits === undefined) return undefined;
  const tokens = (scheme: Scheme) =>
    Object.entries(brandTokens(`#${digits}`, scheme))
      .map(([name, value]) => `${name}:${value}`)
      .join(";");
  return `:root{${tokens("light")}}@media (prefers-color-scheme:dark){:root{${tokens("dark")}}}`;
}
