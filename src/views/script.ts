// Owns the two scripts of people's pages: their addresses change with their content, so that a cache may keep them, and a page
// that loads one says so in its policy.
import { readFileSync } from "node:fs";
import { type Asset, assetOf } from "./assets.ts";

/** The script that makes and uses passkeys. */
export const passkeyScript: Asset = scriptOf("passkeys");

/** The script that shows what was typed as a password, at a press. */
export const showPasswordScript: Asset = scriptOf("show_password");

function scriptOf(name: string): Asset {
  const source = readFileSync(new URL(`./script/${name}.js`, import.meta.url), "utf8");
  // Whole lines of comment, and what lines begin with.
  const sent = source.replace(/^\s*\/\/.*\n/gm, "").replace(/^\s+/gm, "");
  return assetOf(Buffer.from(sent), "js", "text/javascript; charset=utf-8");
}
