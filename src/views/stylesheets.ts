// Owns the style sheets: one for each frame, joined from style/*.css, so that a page loads what it can use and no more.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Asset, assetOf } from "./assets.ts";

const folder = fileURLToPath(new URL("./style/", import.meta.url));

const shared = ["0_tokens", "1_base", "2_controls"];
const parts = [...shared, "3_lists", "4_parts", "5_steps", "6_bars"];

/** Which sheets a frame is made of, in this order. */
export const sheetsOf = {
  narrow: [...shared, "narrow", "keys", "languages"],
  console: [...parts, "console"],
  portal: [...parts, "keys", "languages"],
  demo: [...shared, "demo_frame", "demo_search", "demo_steps", "demo_tale", "demo_token"],
} as const satisfies Record<string, readonly string[]>;

/** The frames a page may be drawn in. */
export type FrameName = keyof typeof sheetsOf;

const assets = new Map(Object.entries(sheetsOf).map(([frame, names]) => [frame, sheetOf(names)]));

/** The style sheet of a frame's pages. */
export function stylesheet(frame: FrameName): Asset {
  const asset = assets.get(frame);
  if (asset === undefined) throw new Error(`there is no frame named ${frame}`);
  return asset;
}

/** Every style sheet there is; frames that share one share its address. */
export function stylesheets(): readonly Asset[] {
  return [...new Map([...assets.values()].map((asset) => [asset.path, asset])).values()];
}

/**
 * Joins sheets, without comments and white space that says nothing.
 * @param names files of style/, without their ending
 */
export function joinSheets(names: readonly string[]): string {
  return names
    .map((name) => readFileSync(`${folder}${name}.css`, "utf8"))
    .join("\n")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1")
    .replace(/;}/g, "}")
    .trim();
}

function sheetOf(names: readonly string[]): Asset {
  return assetOf(Buffer.from(joinSheets(names)), "css", "text/css; charset=utf-8");
}
