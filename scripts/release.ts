// `node scripts/release.ts TAG REPOSITORY FOLDER`: makes what a release publishes, and refuses a tag that is not the
// version of all three packages. The forge's workflow runs it; it changes the package.json files, so run it in a clone.
// `node scripts/release.ts note TAG`: after a release, notes it as the one that the next is tried beside.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = dirname(import.meta.dirname);

/** What stands in package.json, as far as a release looks at it. */
export interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
}

/** The folders of the packages as seen from the top, "" for the provider's; those first that others need. */
export const packageFolders: readonly string[] = [
  ...readdirSync(join(root, "packages"))
    .sort()
    .map((name) => `packages/${name}`),
  "",
];

/** Reads a package's manifest. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

/**
 * What is wrong with a tag.
 * @param tag as pushed: v1.2.3
 * @param manifests of all packages
 * @returns one sentence a package whose version is another, or that asks for another version of one of ours
 */
export function tagFaults(tag: string, manifests: readonly Manifest[]): string[] {
  const names = manifests.map(({ name }) => name);
  return manifests.flatMap(({ name, version, dependencies = {} }) => [
    ...(`v${version}` === tag ? [] : [`${name} is ${version}, and the tag says ${tag}.`]),
    ...Object.entries(dependencies)
      .filter(([needed, range]) => names.includes(needed) && `v${range}` !== tag)
      .map(([needed, range]) => `${name} asks for ${needed} ${range}, and the tag says ${tag}.`),
  ]);
}

/**
 * A manifest that says where its sources are; npm refuses provenance without. The address is the one the release is
 * made at: a fork that publishes speaks for itself.
 * @param repository its address, such as https://forge.example/owner/name
 * @param folder where the package is in it; "" at its top
 */
export function withAddress<Members extends object>(members: Members, repository: string, folder: string) {
  const directory = folder === "" ? {} : { directory: folder };
  return {
    ...members,
    repository: { type: "git", url: `git+${repository}.git`, ...directory },
    bugs: { url: `${repository}/issues` },
    homepage: `${repository}${folder === "" ? "" : `/tree/HEAD/${folder}`}#readme`,
  };
}

/** The release that this version is tried beside (test/upgrade), and that a soak upgrades from. */
export interface PreviousRelease {
  version: string;
  /** The whole hash: a tag may be moved, and a shallow clone may lack it. */
  commit: string;
}

const previousFile = join(root, "scripts", "previous_release.json");

/** Reads which release was before this version. */
export function readPreviousRelease(): PreviousRelease {
  return JSON.parse(readFileSync(previousFile, "utf8")) as PreviousRelease;
}

/** What a release is noted as. @param commit of the tag */
export function noteOf(tag: string, commit: string): PreviousRelease {
  const version = /^v(\d+\.\d+\.\d+\S*)$/.exec(tag)?.[1];
  if (version === undefined) throw new Error(`${tag} is no tag of a release, such as v1.2.3`);
  if (!/^[0-9a-f]{40,64}$/.test(commit)) throw new Error(`${commit} is no commit`);
  return { version, commit };
}

const npm = (words: readonly string[]): string => run("npm", words);

function run(program: string, words: readonly string[]): string {
  const result = spawnSync(program, words, {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`${program} ${words.join(" ")} failed`);
  return result.stdout;
}

function release(tag: string, repository: string, target: string): void {
  const faults = tagFaults(tag, packageFolders.map(readManifest));
  if (faults.length > 0) throw new Error(faults.join("\n"));
  mkdirSync(target, { recursive: true });
  for (const folder of packageFolders) {
    const { name, ...members } = readManifest(folder);
    // Before packing, which reads the manifest; what the package holds, from the lockfile, without what builds it.
    const text = JSON.stringify(withAddress({ name, ...members }, repository, folder), undefined, 2);
    writeFileSync(join(root, folder, "package.json"), `${text}\n`);
    npm(["pack", "--pack-destination", target, join(root, folder)]);
    const whole = ["sbom", "--package-lock-only", "--omit=dev", "--sbom-format=cyclonedx"];
    const list = npm(folder === "" ? whole : [...whole, `--workspace=${name}`]);
    writeFileSync(join(target, `${name}.cdx.json`), list);
  }
}

if (process.argv[1] === import.meta.filename) {
  const [tag, repository, folder] = process.argv.slice(2);
  if (tag === "note" && repository !== undefined && folder === undefined) {
    const note = noteOf(repository, run("git", ["rev-parse", `${repository}^{commit}`]).trim());
    writeFileSync(previousFile, `${JSON.stringify(note, undefined, 2)}\n`);
  } else if (tag === undefined || repository === undefined || folder === undefined) {
    process.stderr.write("Usage: node scripts/release.ts TAG REPOSITORY FOLDER, or note TAG\n");
    process.exitCode = 2;
  } else {
    release(tag, repository, resolve(folder));
  }
}
