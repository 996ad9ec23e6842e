// The model files load whole: every word understood, every reference resolved, every pattern compiled.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findServiceBySigningName, getModel, getOperation, serviceNames } from "../../src/models/index.ts";
import { loadModel } from "../../src/models/load.ts";
import { compilePattern } from "../../src/models/pattern.ts";
import type { Shape } from "../../src/models/shapes.ts";

const metadata = { apiVersion: "2020-01-01", endpointPrefix: "sts", serviceId: "X", protocol: "json" };

describe("the service models", () => {
  it("name the botocore version they were taken from", () => {
    for (const service of serviceNames) assert.match(getModel(service).source, /^botocore 1\.43\.107 data\//);
  });

  it("resolve every reference between shapes", () => {
    for (const service of serviceNames) {
      const { shapes, operations } = getModel(service);
      for (const shape of shapes.values())
        for (const target of targets(shape)) assert.ok(shapes.has(target.name));
      for (const operation of operations.values()) {
        for (const error of operation.errors) assert.equal(shapes.get(error)?.kind, "structure");
      }
    }
  });

  it("have patterns that all compile", () => {
    let compiled = 0;
    for (const service of serviceNames) {
      for (const shape of getModel(service).shapes.values()) {
        if (shape.kind !== "string" || shape.pattern === undefined) continue;
        assert.ok(shape.regExp instanceof RegExp);
        compiled++;
      }
    }
    assert.ok(compiled > 100);
  });

  it("are found by the name a SigV4 credential scope carries", () => {
    assert.equal(findServiceBySigningName("sso-oauth"), "sso-oidc");
    assert.equal(findServiceBySigningName("sso"), "sso-admin");
    assert.equal(findServiceBySigningName("s3"), "s3");
    assert.equal(findServiceBySigningName("athena"), undefined);
  });

  it("make a mistyped operation name a programmer's error", () => {
    assert.throws(() => getOperation("sts", "AssumeRoll"), /sts has no operation AssumeRoll/);
  });
});

describe("loadModel", () => {
  it("refuses a constraint word it does not understand", () => {
    const shapes = { Name: { type: "string", minLengthInKilobytes: 3 } };
    assert.throws(
      () => loadModel("sts", { source: "test", metadata, operations: {}, shapes }),
      /Name: uses the unknown word minLengthInKilobytes/,
    );
  });

  it("refuses a protocol it does not speak", () => {
    const raw = {
      source: "test",
      metadata: { ...metadata, protocol: "smithy-rpc-v2-cbor" },
      operations: {},
      shapes: {},
    };
    assert.throws(() => loadModel("sts", raw), /unknown protocol/);
  });
});

describe("compilePattern", () => {
  const cases: [pattern: string, fits: string, fails: string][] = [
    ["[\\w+=,.@-]+", "a+b@c", "a b"],
    ["\\p{L}+(?:(\\.|\\_)\\p{L}+){0,2}", "a_b.c", "a_b_c_d"],
    ["[\\u0020-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+", "plain 𝒜 text", "bell\u0007"],
    ["(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)", "/path/", "/path/x"],
    ["https?:\\/\\/[-a-z\\/]*[a-z]", "https://a", "xhttps://a"],
    ["[a-z\\-]+\\-[0-9]", "us-east-1", "us"],
  ];
  for (const [pattern, fits, fails] of cases) {
    it(`reads ${pattern} as Java does and matches the whole value`, () => {
      assert.ok(compilePattern(pattern).test(fits));
      assert.ok(!compilePattern(pattern).test(fails));
    });
  }

  it("does not let a trailing newline slip past the end", () => {
    assert.ok(!compilePattern("[a-z]+").test("abc\n"));
  });
});

function targets(shape: Shape): Shape[] {
  switch (shape.kind) {
    case "structure":
      return [...shape.members.values()].map((member) => member.target);
    case "list":
      return [shape.member.target];
    case "map":
      return [shape.key.target, shape.value.target];
    default:
      return [];
  }
}
