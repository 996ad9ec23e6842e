// The lists of defences are in order: what each removes is there, once, and nothing that SECURITY.md must answer is left
// out. Whether each removal is noticed is tried by `npm run test:defences`, which takes minutes.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { cveClasses } from "./cve_classes.ts";
import { readDefences } from "./lists.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const defences = await readDefences();

test("every defence has an id of its own", () => {
  const ids = defences.map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)),
    [],
  );
});

test("what each defence removes stands once in its file", () => {
  const lost = defences.flatMap(({ id, file, find, replace }) => {
    if (!existsSync(join(root, file))) return [`${id}: there is no ${file}`];
    const times = readFileSync(join(root, file), "utf8").split(find).length - 1;
    return times === 1 && find !== replace ? [] : [`${id}: found ${times} times in ${file}`];
  });
  assert.deepEqual(lost, []);
});

test("the test each defence names exists", () => {
  assert.deepEqual(
    defences.filter((one) => !existsSync(join(root, one.test))).map(({ id, test }) => `${id}: ${test}`),
    [],
  );
});

test("every class of published vulnerabilities has a defence, or a reason why it cannot apply", () => {
  const answered = new Set(defences.flatMap(({ cve }) => cve ?? []));
  const open = Object.entries(cveClasses)
    .filter(([number, { notHere }]) => answered.has(Number(number)) === (notHere !== undefined))
    .map(([number, { title }]) => `${number}: ${title}`);
  assert.deepEqual(open, []);
});
