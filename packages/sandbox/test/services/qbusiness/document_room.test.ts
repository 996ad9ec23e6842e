// Documents beyond the memory's share are refused with the way out, and the process goes on.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { getHeapStatistics } from "node:v8";
import { createPassageIndex } from "../../../src/search/passage_index.ts";
import { findLackOfRoom } from "../../../src/services/qbusiness/document_room.ts";

const sandbox = new URL("../../../src/index.ts", import.meta.url).href;
const PROGRAM = `
  const { exampleSeed, startSandbox } = await import(${JSON.stringify(sandbox)});
  const seed = exampleSeed();
  const content = "word ".repeat(200_000);
  seed.qApplications[0].documents = Array.from({ length: 40 }, (_, at) => ({ id: "d" + at, content }));
  await startSandbox({ port: 0, seed }).catch((error) => console.log(error.message, error.cause?.code));
  process.exit();
`;

test("documents beyond a share of the memory are refused with the way out", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--max-old-space-size=128",
    "--input-type=module",
    "-e",
    PROGRAM,
  ]);
  assert.match(
    stdout,
    /qApplications\[0\]: .*a sixteenth of the memory.*--max-old-space-size.*ServiceQuotaExceeded/,
  );
});

test("the room is counted to the byte", () => {
  const most = Math.floor(getHeapStatistics().heap_size_limit / 16);
  assert.equal(findLackOfRoom("i", most - 1, 1), undefined);
  assert.equal(findLackOfRoom("i", most, 1)?.code, "ServiceQuotaExceededException");
});

test("an index knows how long its documents are, after changes and removals", () => {
  const index = createPassageIndex();
  const document = (documentId: string, content: string) =>
    index.put({ documentId, content, attributes: [] });
  document("a", "é");
  document("b", "four");
  assert.equal(index.bytes(), 6);
  document("b", "x");
  assert.equal(index.bytes(), 3);
  index.delete("a");
  index.delete("nobody");
  assert.equal(index.bytes(), 1);
});
