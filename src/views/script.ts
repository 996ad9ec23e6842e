// Owns the one script of people's pages: its address changes with its content, so that a cache may keep it, and a page that
// loads it says so in its policy.
import { readFileSync } from "node:fs";
import { type Asset, assetOf } from "./assets.ts";

const source = readFileSync(new URL("./script/passkeys.js", import.meta.url), "utf8");

// Whole lines of comment, and what lines begin with.
const sent = source.replace(/^\s*\/\/.*\n/gm, "").replace(/^\s+/gm, "");

/** The script that makes and uses passkeys. */
export const passkeyScript: Asset = assetOf(Buffer.from(sent), "js", "text/javascript; charset=utf-8");
