// Hashes that other programs made, with vectors those programs publish: each is verified, none beyond its bounds is
// taken, and what is no hash says so.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  decoyOf,
  importedHashLimits,
  readImportedHash,
} from "../../../src/provider/accounts/imported_hash.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { vectors } from "./imported_vectors.ts";

const salt = "c29tZXNhbHRzb21lc2FsdA";
const digest = "A".repeat(43);
const faultOf = (text: string): string => readImportedHash(text).fault ?? "it was taken";

describe("imported hashes", () => {
  for (const { by, password, hash } of vectors) {
    it(`are verified as ${by} made them`, async () => {
      const { hash: read } = readImportedHash(hash);
      assert.ok(read, faultOf(hash));
      assert.equal(await read.verify(password), true);
      assert.equal(await read.verify(`${password.slice(0, 2)}?${password.slice(3)}`), false);
      assert.equal(await read.verify(""), false);
    });

    it(`have a decoy of the same kind that nothing opens: ${by}`, async () => {
      const kind = readImportedHash(hash).hash?.kind ?? "";
      const decoy = decoyOf(kind);
      assert.equal(decoy?.kind, kind);
      assert.equal(await decoy?.verify(password), false);
    });
  }

  it("cost no more than one attempt to sign in may", () => {
    const { bcryptCost, pbkdf2Iterations, argon2Memory } = importedHashLimits;
    for (const costly of [
      `$2b$${bcryptCost + 1}$${"a".repeat(53)}`,
      `$2b$31$${"a".repeat(53)}`,
      `$scrypt$ln=18,r=8,p=1$${salt}$${digest}`,
      `$scrypt$ln=63,r=8,p=1$${salt}$${digest}`,
      `$scrypt$ln=17,r=8,p=2$${salt}$${digest}`,
      `$pbkdf2-sha256$i=${pbkdf2Iterations + 1}$${salt}$${digest}`,
      `$pbkdf2-sha256$i=${pbkdf2Iterations}$${salt}$${"A".repeat(86)}`,
      `$argon2id$v=19$m=${argon2Memory + 8},t=1,p=1$${salt}$${digest}`,
      `$argon2id$v=19$m=65536,t=9,p=1$${salt}$${digest}`,
      `$argon2id$v=19$m=65536,t=1,p=17$${salt}$${digest}`,
    ]) {
      assert.match(faultOf(costly), /more than anybody's attempt to sign in may cost here \(.*\d+/, costly);
    }
    for (const dearest of [
      `$2b$${bcryptCost}$${"a".repeat(53)}`,
      `$scrypt$ln=17,r=8,p=1$${salt}$${digest}`,
      `$pbkdf2-sha512$i=${pbkdf2Iterations}$${salt}$${"A".repeat(86)}`,
      `$argon2id$v=19$m=${argon2Memory},t=4,p=16$${salt}$${digest}`,
    ]) {
      assert.ok(readImportedHash(dearest).hash, dearest);
    }
  });

  it("are whole: a short or empty digest would match any password", () => {
    for (const broken of [
      `$2b$03$${"a".repeat(53)}`,
      `$scrypt$ln=14,r=8,p=1$${salt}$AAAA`,
      `$pbkdf2-sha256$i=1000$${salt}$AAAA`,
      `$pbkdf2-sha256$i=1000,l=31$${salt}$${digest}`,
      `$pbkdf2-sha256$i=0$${salt}$${digest}`,
      `$argon2id$v=19$m=4,t=1,p=1$${salt}$${digest}`,
      `$argon2id$v=19$m=65536,t=3,p=1$${salt}$AAAA`,
      `$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$${digest}`,
      `$scrypt$ln=14,r=8,p=1$${salt}$${"B".repeat(43)}`,
    ]) {
      assert.match(faultOf(broken), /^is malformed: /, broken);
    }
  });

  it("of other forms are not known here, and are not repeated", () => {
    for (const strange of [
      "",
      "5f4dcc3b5aa765d61d8327deb882cf99",
      "pbkdf2_sha256$600000$salt$hash",
      "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
      "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
      `$scrypt$ln=14,r=8,p=1$${salt}$`,
      `$argon2id$m=65536,t=3,p=1$${salt}$${digest}`,
      `\n$scrypt$ln=14,r=8,p=1$${salt}$${digest}`,
    ]) {
      assert.equal(faultOf(strange), "is no hash that is known here", strange);
    }
  });

  it("of bcrypt end at 72 bytes, and nothing hides behind U+0000", async () => {
    const { hash } = readImportedHash("$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui");
    const first = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    assert.equal(await hash?.verify(first), true);
    assert.equal(await hash?.verify(`${first} and anything`), true);
    assert.equal(await hash?.verify(first.slice(0, 71)), false);
    assert.equal(await hash?.verify(`${first}\0`), false);
  });
});

describe("a wrong password", () => {
  it("costs one hash of every kind in the store, for a known person and for nobody", async () => {
    const passwords = createPasswords({ concurrency: 1 });
    const bcrypt = "$2b$11$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    const present = ["$2b$11"];
    const own = await passwords.hashPassword("correct horse battery");
    await passwords.verifyPassword(undefined, "warm up", { own: null, present });
    // The processor's time, all threads together: another program's work does not lengthen it.
    const work = async (
      stored: string | undefined,
      kinds: Parameters<typeof passwords.verifyPassword>[2],
    ) => {
      const started = process.cpuUsage();
      for (let round = 0; round < 3; round += 1)
        assert.equal(await passwords.verifyPassword(stored, "wrong password", kinds), false);
      return process.cpuUsage(started).user;
    };
    const known = await work(bcrypt, { own: "$2b$11", present });
    const rehashed = await work(own, { own: null, present });
    const nobody = await work(undefined, { own: null, present });
    // Without the decoys the ratios are below 0.3, or above 3.
    for (const [what, ratio] of Object.entries({ rehashed: rehashed / known, nobody: nobody / known })) {
      assert.ok(ratio > 0.5 && ratio < 2, `${what} / known = ${ratio}`);
    }
  });
});
