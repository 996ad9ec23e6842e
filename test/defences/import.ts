// Owns the defences of people and passwords that come from elsewhere.
import type { Defence } from "./defence.ts";

const hashes = "src/provider/accounts/imported_hash.ts";
const rows = "src/admin/operations/imported_person.ts";
const hashTest = "test/provider/accounts/imported_hash.test.ts";
const importTest = "test/admin/operations/user_import.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "imported-bcrypt-bounded",
    promise: "A bcrypt hash that would keep a core busy at every attempt to sign in is not imported.",
    file: hashes,
    find: "if (Number(cost) > bcryptCost)",
    replace: "if (Number(cost) > 99)",
    test: hashTest,
  },
  {
    id: "imported-scrypt-bounded",
    promise: "An scrypt hash that would take the memory at every attempt to sign in is not imported.",
    file: hashes,
    find: "if (N * blocks * lanes > scryptWork)",
    replace: "if (N < 0)",
    test: hashTest,
  },
  {
    id: "imported-digest-whole",
    promise: "A hash whose digest is so short that other passwords match it is not imported.",
    file: hashes,
    find: "return isWhole && bytes.length >= least && bytes.length <= 64 ? bytes : undefined;",
    replace: "return isWhole && least > 0 ? bytes : undefined;",
    test: hashTest,
  },
  {
    id: "imported-bcrypt-nul",
    promise: "A password that goes on behind U+0000 matches no bcrypt hash.",
    file: hashes,
    find: "return matches && !typed.includes(0);",
    replace: "return matches;",
    test: hashTest,
  },
  {
    id: "imported-kinds-cost-alike",
    promise: "A wrong password costs the same for people of every kind of hash, and for nobody.",
    file: "src/provider/accounts/passwords.ts",
    find: "if (kind !== own) await decoyOf(kind)?.verify(typed);",
    replace: "if (kind === own) await decoyOf(kind)?.verify(typed);",
    test: hashTest,
  },
  {
    id: "imported-hash-replaced-once",
    promise: "A login that replaces an imported hash never replaces a password that was set meanwhile.",
    file: "src/provider/accounts/imported_account_store.ts",
    find: ".where({ id: account.id, password_hash: account.importedHash })\n    .whereNotNull",
    replace: ".where({ id: account.id })\n    .whereNot({ id: account.importedHash })\n    .whereNull",
    test: "test/provider/accounts/imported_sign_in.test.ts",
  },
  {
    id: "import-replaces-no-password",
    promise: "A row of people from elsewhere never replaces a password.",
    file: rows,
    find: "!account.isItsHash(row.passwordHash.hash)",
    replace: "!account.isItsHash",
    test: importTest,
  },
  {
    id: "import-proves-no-address",
    promise: "An imported address is proven only if the row says so.",
    cve: [10],
    file: "src/admin/operations/user_import.ts",
    find: "emailVerified = false",
    replace: "emailVerified = true",
    test: importTest,
  },
  {
    id: "export-without-disabled",
    promise: "Whoever is disabled is not exported: an import of the file would let them in.",
    file: "src/provider/accounts/export_store.ts",
    find: '.whereNull("accounts.disabled_at_ms")',
    replace: '.whereNot("accounts.id", "")',
    test: importTest,
  },
  {
    id: "export-hashes-only-when-asked",
    promise: "Password hashes go out only when they are asked for, and never over HTTP.",
    cve: [18],
    file: "src/admin/operations/user_export.ts",
    find: "...(hashes && passwordHash !== null",
    replace: "...(passwordHash !== null",
    test: importTest,
  },
  {
    id: "import-no-namesake",
    promise: "An import makes no account whose id is the address another person signs in with.",
    file: rows,
    find: "if (namesakes.ofId)",
    replace: "if (namesakes.ofId && kinds.size < 0)",
    test: "test/provider/accounts/account_names.test.ts",
  },
  {
    id: "name-of-two-names-neither",
    promise:
      "A name that is the id of one account and the address of another is refused, and never taken for one of them.",
    file: "src/provider/accounts/account_name_store.ts",
    find: "if (rows.length > 1) throw ambiguous();",
    replace: "",
    test: "test/provider/accounts/account_names.test.ts",
  },
  {
    id: "mint-no-namesake",
    promise:
      "A mint makes no account whose id is the address another person signs in with, or a client's id.",
    file: "src/provider/accounts/account_name_store.ts",
    find: "if (taken.length === 0) return;",
    replace: "if (taken.length >= 0) return;",
    test: "test/security/refused_mints.test.ts",
  },
];
