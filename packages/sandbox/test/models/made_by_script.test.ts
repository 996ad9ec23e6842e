// The models are what scripts/sandbox_models.ts makes: each file, put through the script again, comes out as it is.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  type BotocoreModel,
  modelsFolder,
  reduceModel,
  selections,
} from "../../../../scripts/sandbox_models.ts";

const read = (file: string): BotocoreModel => JSON.parse(readFileSync(join(modelsFolder, file), "utf8"));

test("every model file has a selection, and every selection its file", () => {
  const files = readdirSync(modelsFolder).filter((name) => name.endsWith(".json"));
  assert.deepEqual(
    files.filter((name) => name !== "aws_operations.json").sort(),
    Object.keys(selections).sort(),
  );
});

for (const [file, { folder, operations }] of Object.entries(selections)) {
  test(`${file} is what the script makes of it: its operations, every shape they reach, no other, no prose`, () => {
    const model = read(file);
    const { source = "" } = model;
    assert.match(
      source,
      new RegExp(`^botocore \\d[\\d.]* data/${folder}/\\d{4}-\\d\\d-\\d\\d/service-2\\.json\\.gz$`),
    );
    assert.equal(JSON.stringify(reduceModel(model, operations, source)), JSON.stringify(model));
  });
}

test("what the sandbox does is among the operations AWS has, each named once and in order", () => {
  const names: Record<string, string[]> = JSON.parse(
    readFileSync(join(modelsFolder, "aws_operations.json"), "utf8"),
  );
  assert.deepEqual(
    Object.keys(names).sort(),
    Object.values(selections)
      .map(({ folder }) => folder)
      .sort(),
  );
  for (const { folder, operations } of Object.values(selections)) {
    const known = names[folder] ?? [];
    assert.deepEqual(known, [...new Set(known)].sort());
    assert.deepEqual(
      operations.filter((name) => !known.includes(name)),
      [],
    );
  }
});

test("the script keeps what an operation reaches, and drops the rest and the prose", () => {
  const model = {
    metadata: { protocol: "json" },
    operations: {
      Get: { name: "Get", documentation: "<p>", input: { shape: "In" } },
      Put: { name: "Put", input: { shape: "Other" } },
    },
    shapes: {
      Deep: { type: "string", documentation: "<p>" },
      In: { type: "structure", members: { documentation: { shape: "Deep", documentation: "<p>" } } },
      Other: { type: "structure", members: {} },
    },
  };
  assert.deepEqual(reduceModel(model, ["Get"], "test"), {
    source: "test",
    metadata: { protocol: "json" },
    operations: { Get: { name: "Get", input: { shape: "In" } } },
    shapes: {
      Deep: { type: "string" },
      In: { type: "structure", members: { documentation: { shape: "Deep" } } },
    },
  });
  assert.throws(() => reduceModel(model, ["Nope"], "test"), /test has no operation Nope/);
});
