// Loaded before a server of the benchmark (node --import): takes one trick out of the product's source while it is
// read, so that the product needs no switch for what is measured. Its URL's query names the trick.
import { registerHooks } from "node:module";
import { findTrick } from "./trick_list.ts";

const trick = findTrick(new URL(import.meta.url).searchParams.get("trick") ?? "");

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const taken = trick.cuts.filter(({ file }) => url.endsWith(`/${file}`));
    if (taken.length === 0) return loaded;
    let source = Buffer.from(loaded.source as Uint8Array).toString();
    for (const { file, find, replace } of taken) {
      if (!source.includes(find)) throw new Error(`${file} no longer holds what "${trick.name}" takes out`);
      source = source.replace(find, () => replace);
    }
    return { ...loaded, source };
  },
});
