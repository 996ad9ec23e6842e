// Owns a copy of the checkout in which a defence can be removed without touching the checkout itself.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

/** A checkout of its own. */
export interface Copy {
  folder: string;
  /** Replaces a text that stands exactly once, and returns what puts it back. */
  change(file: string, find: string, replace: string): () => void;
  remove(): void;
}

/** Copies what git tracks, or would track, of a checkout; packages are linked, not copied. */
export function copyCheckout(root: string): Copy {
  const folder = mkdtempSync(join(tmpdir(), "tti-defences-"));
  const listed = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
  });
  if (listed.status !== 0) throw new Error(`git ls-files failed: ${listed.stderr}`);
  for (const path of listed.stdout.split("\0").filter((path) => path !== "")) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  linkPackages(root, folder, "node_modules");
  linkPackages(root, folder, "runtime/node_modules");
  return {
    folder,
    change(file, find, replace) {
      const path = join(folder, file);
      const before = readFileSync(path, "utf8");
      writeFileSync(
        path,
        before.replace(find, () => replace),
      );
      return () => writeFileSync(path, before);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

// A package of this very workspace is a link into the checkout: in the copy it must lead into the copy.
function linkPackages(root: string, folder: string, place: string): void {
  mkdirSync(join(folder, place), { recursive: true });
  for (const name of readdirSync(join(root, place))) {
    const from = join(root, place, name);
    if (name.startsWith("@")) {
      linkPackages(root, folder, `${place}/${name}`);
      continue;
    }
    const inside = lstatSync(from).isSymbolicLink() ? relative(root, realpathSync(from)) : undefined;
    const ours = inside !== undefined && !inside.startsWith("..") && !inside.startsWith("node_modules");
    symlinkSync(ours ? join(folder, inside) : from, join(folder, place, name));
  }
}
