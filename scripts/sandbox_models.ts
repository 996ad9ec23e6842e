// Makes packages/sandbox/src/models/*.json from AWS's own models: npm run sandbox:models -- <botocore/data>.
// scripts/sandbox_models.json says which operations of which service; every shape they reach comes with them, prose not.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

/** A model of botocore, or what is kept of it: as much of its form as this needs. */
export interface BotocoreModel {
  readonly source?: string;
  readonly metadata: unknown;
  readonly operations: Readonly<Record<string, unknown>>;
  readonly shapes: Readonly<Record<string, unknown>>;
}

/** What the sandbox takes of a service: the folder in botocore, and its operations in the file's order. */
export interface Selection {
  readonly folder: string;
  readonly operations: readonly string[];
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the models are kept. */
export const modelsFolder = join(root, "packages/sandbox/src/models");

/** The names of every operation AWS has of those services, whether or not the sandbox does it. */
const namesPath = join(modelsFolder, "aws_operations.json");

/** The selection, by the name of the file it is kept in. */
export const selections: Readonly<Record<string, Selection>> = JSON.parse(
  readFileSync(join(root, "scripts/sandbox_models.json"), "utf8"),
);

/** Words for readers. */
const leftOut = new Set(["documentation", "documentationUrl", "deprecatedMessage"]);

/**
 * Keeps some operations of a model and every shape they reach, without prose; what is kept already stays as it is.
 *
 * @param source where the model is from, for people
 * @throws Error for an operation or shape the model does not have
 */
export function reduceModel(
  model: BotocoreModel,
  operations: readonly string[],
  source: string,
): BotocoreModel {
  const kept = Object.fromEntries(
    operations.map((name) => {
      const operation = model.operations[name];
      if (operation === undefined) throw new Error(`${source} has no operation ${name}`);
      return [name, withoutProse(operation)];
    }),
  );
  const reached = new Set<string>();
  const pending = shapesNamedIn(kept);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    if (model.shapes[name] === undefined) throw new Error(`${source} has no shape ${name}`);
    pending.push(...shapesNamedIn(model.shapes[name]));
  }
  const shapes = Object.entries(model.shapes)
    .filter(([name]) => reached.has(name))
    .map(([name, shape]) => [name, withoutProse(shape)]);
  return { source, metadata: model.metadata, operations: kept, shapes: Object.fromEntries(shapes) };
}

function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // A member may be called `documentation`: then it is a reference, not a text.
      .filter(([name, member]) => !(leftOut.has(name) && !isReference(member)))
      .map(([name, member]) => [name, withoutProse(member)]),
  );
}

function isReference(value: unknown): boolean {
  return typeof value === "object" && value !== null && "shape" in value;
}

function shapesNamedIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "shape" && typeof member === "string" ? [member] : shapesNamedIn(member),
  );
}

/** Reads the newest model of a service from a folder laid out as botocore's `data`, or with a file `<service>.json` each. */
function readModel(data: string, folder: string): { model: BotocoreModel; source: string } {
  const flat = join(data, `${folder}.json`);
  if (existsSync(flat)) {
    const model: BotocoreModel = JSON.parse(readFileSync(flat, "utf8"));
    return { model, source: model.source ?? `of an unknown version, ${folder}.json` };
  }
  const version = readdirSync(join(data, folder)).sort().at(-1) ?? "";
  const packed = join(data, folder, version, "service-2.json.gz");
  const plain = join(data, folder, version, "service-2.json");
  const text = existsSync(packed) ? gunzipSync(readFileSync(packed)).toString() : readFileSync(plain, "utf8");
  const init = readFileSync(join(dirname(data), "__init__.py"), "utf8");
  const release = /__version__ = '([^']+)'/.exec(init)?.[1] ?? "of an unknown version";
  const source = `botocore ${release} data/${folder}/${version}/service-2.json.gz`;
  return { model: JSON.parse(text) as BotocoreModel, source };
}

function main(data: string | undefined): void {
  if (data === undefined || !["sts", "sts.json"].some((name) => existsSync(join(data, name)))) {
    process.stderr.write(
      "Usage: npm run sandbox:models -- <botocore/data>\n" +
        "Unpack the wheel that `pip download --no-deps botocore` fetches, and name its folder botocore/data.\n",
    );
    process.exitCode = 2;
    return;
  }
  const names: Record<string, string[]> = JSON.parse(readFileSync(namesPath, "utf8"));
  // All are made before one is written: a model that lacks an operation leaves the files as they were.
  const made = Object.entries(selections).map(([file, { folder, operations }]) => {
    const { model, source } = readModel(data, folder);
    // AWS takes no operation away: names from a newer model stay.
    names[folder] = [...new Set([...(names[folder] ?? []), ...Object.keys(model.operations)])].sort();
    return { path: join(modelsFolder, file), model: reduceModel(model, operations, source) };
  });
  for (const { path, model } of made) {
    writeFileSync(path, `${JSON.stringify(model, null, 2)}\n`);
    process.stdout.write(`${model.source}: ${Object.keys(model.operations).length} operations\n`);
  }
  writeFileSync(namesPath, `${JSON.stringify(names, null, 2)}\n`);
  const biome = join(root, "node_modules/.bin/biome");
  spawnSync(biome, ["format", "--write", ...made.map(({ path }) => path), namesPath], {
    stdio: "inherit",
    cwd: root,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv[2]);
