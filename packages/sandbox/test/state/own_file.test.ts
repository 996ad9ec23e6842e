// The journal and the half-written state are this user's own files: what somebody put there first is not written into.
import assert from "node:assert/strict";
import { chmod, link, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openJournal, readJournal } from "../../src/state/journal.ts";
import { createOwnFile } from "../../src/state/own_file.ts";

const noModes = process.platform === "win32" && "Windows has neither modes nor owners";
let directory: string;
let files = 0;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "sandbox-own-file-"));
});

after(() => rm(directory, { recursive: true }));

function freshPath(): string {
  files += 1;
  return join(directory, `state-${files}.json`);
}

async function refused(path: string, message: RegExp): Promise<void> {
  for (const use of [() => openJournal(path), () => readJournal(path, "id")]) {
    await assert.rejects(use, (error: { code?: string; message: string }) => {
      assert.equal(error.code, "SANDBOX_STATE_UNSAFE");
      assert.match(error.message, message);
      assert.ok(error.message.includes(`${path}.journal`));
      return true;
    });
  }
}

test("a new journal is this user's alone, and is opened again", { skip: noModes }, async () => {
  const path = freshPath();
  const journal = await openJournal(path);
  await journal.begin("id");
  await journal.append(['["a"]']);
  await journal.close();
  assert.equal((await stat(`${path}.journal`)).mode & 0o777, 0o600);
  await (await openJournal(path)).close();
  assert.deepEqual(await readJournal(path, "id"), [["a"]]);
});

test("a link to another file is refused, and the file stays as it was", { skip: noModes }, async () => {
  const precious = join(directory, "precious");
  await writeFile(precious, "precious", { mode: 0o600 });
  const symbolic = freshPath();
  await symlink(precious, `${symbolic}.journal`);
  await refused(symbolic, /symbolic link.*Move it away/);
  const hard = freshPath();
  await link(precious, `${hard}.journal`);
  await refused(hard, /hard link.*Move it away/);
  assert.equal(await readFile(precious, "utf8"), "precious");
  const dangling = freshPath();
  await symlink(join(directory, "absent"), `${dangling}.journal`);
  await refused(dangling, /symbolic link/);
  await assert.rejects(stat(join(directory, "absent")), { code: "ENOENT" });
});

test("a file others may open is refused with the command that mends it", { skip: noModes }, async () => {
  for (const mode of [0o666, 0o644, 0o620]) {
    const path = freshPath();
    await writeFile(`${path}.journal`, "");
    await chmod(`${path}.journal`, mode);
    await refused(path, /other users \(mode 0\d{3}\).*chmod 600/);
    await chmod(`${path}.journal`, 0o600);
    await (await openJournal(path)).close();
  }
});

test("a folder keeps its own words", { skip: noModes }, async () => {
  const path = freshPath();
  await mkdir(`${path}.journal`);
  await assert.rejects(openJournal(path), { code: "EISDIR" });
  await assert.rejects(readJournal(path, "id"), { code: "SANDBOX_STATE_UNREADABLE" });
});

test("another user's file is refused", { skip: noModes || process.getuid?.() !== 0 }, async () => {
  const { chown } = await import("node:fs/promises");
  const path = freshPath();
  await writeFile(`${path}.journal`, "", { mode: 0o600 });
  await chown(`${path}.journal`, 65534, 65534);
  await refused(path, /belongs to user 65534.*chown/);
});

test("a file to be made is made: a name that is taken is not followed", { skip: noModes }, async () => {
  const target = join(directory, "target");
  await writeFile(target, "kept");
  const planted = join(directory, "planted");
  await symlink(target, planted);
  await assert.rejects(createOwnFile(planted), { code: "EEXIST" });
  await assert.rejects(createOwnFile(target), { code: "EEXIST" });
  assert.equal(await readFile(target, "utf8"), "kept");
});
