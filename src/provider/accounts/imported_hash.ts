// Owns password hashes that other programs made: which forms are read, how costly one may be, and how a password is
// verified against each. A login replaces such a hash, unless no hash can be made at that moment (sign_in.ts).
//
// Every form names its cost, and whoever wrote the file chose it: without limits one row would keep a core, or the
// memory, busy at every attempt to sign in.
//
// What is computed keeps the thread busy: it is for those that do nothing else (hash_work.ts).
import { pbkdf2Sync, scryptSync, timingSafeEqual } from "node:crypto";

/** The most one hash may cost: about a second of a core, and 128 MiB. */
export const importedHashLimits = {
  /** log2 of the rounds. */
  bcryptCost: 14,
  /** N × r × p; the memory is 128 bytes × N × r. */
  scryptWork: 2 ** 20,
  /** Iterations, for each block of the digest. */
  pbkdf2Iterations: 2_000_000,
  /** KiB. */
  argon2Memory: 128 * 1024,
  /** KiB × passes. */
  argon2Work: 512 * 1024,
  argon2Lanes: 16,
} as const;

/** The most kinds of imported hashes in a store at one time: a wrong password costs one hash of each. */
export const mostImportedKinds = 8;

/** A hash that another program made. */
export interface ImportedHash {
  /** Scheme and cost: what begins the hash. Hashes of one kind take equally long. */
  kind: string;
  /** Tells whether a password belongs to it. Never throws: what cannot be computed does not match. */
  verify(password: string): Promise<boolean>;
}

/** A hash that was read, or what is wrong with it: a phrase that follows its member's name, and what to do. */
export type ReadHash =
  | { hash: ImportedHash; fault?: undefined; fix?: undefined }
  | { hash?: undefined; fault: string; fix: string };

/**
 * Reads a hash in PHC form, or bcrypt's own (`$2a$`, `$2b$`, `$2y$`).
 * @see https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
 */
export function readImportedHash(text: string): ReadHash {
  for (const { form, read } of schemes) {
    const match = form.exec(text);
    if (match?.groups !== undefined) return read(text, match.groups);
  }
  return unknownForm;
}

/** A hash of a kind that no password belongs to, and that takes as long to find out. */
export function decoyOf(kind: string): ImportedHash | undefined {
  const length = Number(/,l=(\d+)$/.exec(kind)?.[1] ?? 32);
  const salt = Buffer.alloc(16).toString("base64").replaceAll("=", "");
  const digest = Buffer.alloc(length, 1).toString("base64").replaceAll("=", "");
  return readImportedHash(kind.startsWith("$2") ? `${kind}$${".".repeat(53)}` : `${kind}$${salt}$${digest}`)
    .hash;
}

const unknownForm: ReadHash = {
  fault: "is no hash that is known here",
  fix: "Write it as $2b$… (bcrypt), or in PHC form as $argon2id$…, $argon2i$…, $argon2d$…, $scrypt$…, $pbkdf2-sha256$… or $pbkdf2-sha512$…; or leave it out, and give a new password.",
};

const costly = (what: string, most: string): ReadHash => ({
  fault: `${what}, which is more than anybody's attempt to sign in may cost here (${most})`,
  fix: "Leave the hash out, and give a new password.",
});

const malformed = (what: string): ReadHash => ({
  fault: `is malformed: ${what}`,
  fix: "Write the hash as the program that made it stored it, whole.",
});

interface Scheme {
  form: RegExp;
  read(text: string, parts: Readonly<Record<string, string>>): ReadHash;
}

const tail = "\\$(?<salt>[A-Za-z0-9+/.]{1,128})\\$(?<digest>[A-Za-z0-9+/.]{1,128})$";

const schemes: readonly Scheme[] = [
  {
    form: /^\$2[aby]\$(?<cost>\d\d)\$(?<rest>[./A-Za-z0-9]{53})$/,
    read(_text, { cost = "", rest = "" }) {
      if (Number(cost) < 4) return malformed("bcrypt's cost is at least 04");
      const { bcryptCost } = importedHashLimits;
      if (Number(cost) > bcryptCost) return costly(`has bcrypt's cost ${cost}`, `at most ${bcryptCost}`);
      // The letters tell which old faults an implementation had cured; what they compute is the same.
      const kind = `$2b$${cost}`;
      return { hash: { kind, verify: ofEachForm((typed) => verifiesBcrypt(typed, `${kind}$${rest}`)) } };
    },
  },
  {
    form: new RegExp(
      `^\\$(?<scheme>argon2(?:id|i|d))\\$v=19\\$m=(?<m>\\d{1,8}),t=(?<t>\\d{1,4}),p=(?<p>\\d{1,3})${tail}`,
    ),
    read(text, { scheme, m, t, p, salt, digest }) {
      const [memory, passes, lanes] = [Number(m), Number(t), Number(p)];
      const { argon2Memory, argon2Work, argon2Lanes } = importedHashLimits;
      if (passes < 1 || lanes < 1 || memory < 8 * lanes) return malformed("its parameters are out of range");
      if (memory > argon2Memory || memory * passes > argon2Work || lanes > argon2Lanes) {
        const most = `m at most ${argon2Memory}, m × t at most ${argon2Work}, p at most ${argon2Lanes}`;
        return costly(`has Argon2's parameters m=${memory},t=${passes},p=${lanes}`, most);
      }
      if (bytesOf(salt, 8) === undefined || bytesOf(digest, 16) === undefined) return brokenBytes;
      const kind = `$${scheme}$v=19$m=${memory},t=${passes},p=${lanes}`;
      return { hash: { kind, verify: ofEachForm((typed) => verifiesArgon2(typed, text)) } };
    },
  },
  {
    form: new RegExp(`^\\$scrypt\\$ln=(?<ln>\\d{1,2}),r=(?<r>\\d{1,4}),p=(?<p>\\d{1,4})${tail}`),
    read(_text, { ln, r, p, salt, digest }) {
      const [N, blocks, lanes] = [2 ** Number(ln), Number(r), Number(p)];
      if (N < 2 || blocks < 1 || lanes < 1) return malformed("its parameters are out of range");
      const { scryptWork } = importedHashLimits;
      if (N * blocks * lanes > scryptWork) {
        return costly(`has scrypt's parameters ln=${ln},r=${r},p=${p}`, `N × r × p at most ${scryptWork}`);
      }
      const [salted, expected] = [bytesOf(salt, 1), bytesOf(digest, 16)];
      if (salted === undefined || expected === undefined) return brokenBytes;
      const options = { N, r: blocks, p: lanes, maxmem: 256 * scryptWork };
      const verify = async (typed: Buffer) =>
        timingSafeEqual(scryptSync(typed, salted, expected.length, options), expected);
      return {
        hash: { kind: `$scrypt$ln=${Number(ln)},r=${blocks},p=${lanes}`, verify: ofEachForm(verify) },
      };
    },
  },
  {
    // The length may stand there, as RustCrypto writes it, or the iterations alone, as passlib does.
    form: new RegExp(
      `^\\$pbkdf2-(?<hashName>sha256|sha512)\\$(?:i=)?(?<i>\\d{1,10})(?:,l=(?<l>\\d{1,3}))?${tail}`,
    ),
    read(_text, { hashName = "", i, l, salt, digest }) {
      const [salted, expected] = [bytesOf(salt, 1), bytesOf(digest, 16)];
      const iterations = Number(i);
      if (iterations < 1) return malformed("its parameters are out of range");
      if (salted === undefined || expected === undefined) return brokenBytes;
      if (l !== undefined && Number(l) !== expected.length)
        return malformed("its digest is not as long as l says");
      const { pbkdf2Iterations } = importedHashLimits;
      const blocks = Math.ceil(expected.length / (hashName === "sha256" ? 32 : 64));
      if (iterations * blocks > pbkdf2Iterations) {
        return costly(`has ${iterations * blocks} iterations of PBKDF2`, `at most ${pbkdf2Iterations}`);
      }
      const verify = async (typed: Buffer) =>
        timingSafeEqual(pbkdf2Sync(typed, salted, iterations, expected.length, hashName), expected);
      const kind = `$pbkdf2-${hashName}$i=${iterations},l=${expected.length}`;
      return { hash: { kind, verify: ofEachForm(verify) } };
    },
  },
];

const brokenBytes = malformed(
  "its salt or its digest is not in Base64, or its digest is shorter than 16 bytes or longer than 64",
);

// A short digest would match many passwords, an empty one each of them.
function bytesOf(base64 = "", least: number): Buffer | undefined {
  const plain = base64.replaceAll(".", "+");
  const bytes = Buffer.from(plain, "base64");
  const isWhole = bytes.toString("base64").replaceAll("=", "") === plain;
  return isWhole && bytes.length >= least && bytes.length <= 64 ? bytes : undefined;
}

// What only reads such a hash, at an import, loads no library for it.
async function verifiesArgon2(typed: Buffer, hash: string): Promise<boolean> {
  const { verifySync } = await import("@node-rs/argon2");
  return verifySync(hash, typed);
}

// bcrypt reads 72 bytes and no more, as whatever made the hash did; and some implementations stop at U+0000, so that
// everything after it would be let pass: who types one is refused, at the same cost.
async function verifiesBcrypt(typed: Buffer, hash: string): Promise<boolean> {
  // A library of its own in memory, which most installations never need.
  const { verifySync } = await import("@node-rs/bcrypt");
  const matches = verifySync(typed.subarray(0, 72), hash);
  return matches && !typed.includes(0);
}

// As it was typed, as other programs hash it; and composed, as our own do, if that is another text.
function ofEachForm(matches: (typed: Buffer) => Promise<boolean>): ImportedHash["verify"] {
  return async (password) => {
    let any = false;
    for (const form of new Set([password, password.normalize("NFKC")])) {
      any = (await matches(Buffer.from(form)).catch(() => false)) || any;
    }
    return any;
  };
}
