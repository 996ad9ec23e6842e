// Owns the defences of rights that end while a request is under way, and of ids that are registered again.
import type { Defence } from "./defence.ts";

const test = "test/security/held_requests.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "right-asked-where-it-acts",
    promise: "What a caller may is asked again in the transaction of the act.",
    faults: ["S2"],
    file: "src/admin/json_routes.ts",
    find: "standing = await ask(asked, db);",
    replace: "await Promise.resolve([asked, db]);",
    test,
  },
  {
    id: "record-of-an-earlier-client",
    promise: "What was made for a client of before is nothing to the next one of its id.",
    faults: ["S2"],
    file: "src/provider/storage/record_reader_store.ts",
    find: "then c.own_token_generation else c.generation end)",
    replace: "then r.client_generation else r.client_generation end)",
    test: "test/provider/clients/generations.test.ts",
  },
  {
    id: "logins-of-the-own-session",
    promise: "Of logins that are read together each request gets those of its own session.",
    faults: ["S2"],
    file: "src/provider/sessions/voucher_reader_store.ts",
    find: " and v.session_uid_hash = asked.session_uid_hash",
    replace: "",
    test: "test/provider/sessions/voucher_reader.test.ts",
    name: "each gets its own",
  },
  {
    id: "along-with-a-token-once",
    promise: "What came along with a refresh token serves one look; who looks again reads what stands now.",
    faults: ["S2"],
    file: "src/provider/storage/record_reader_store.ts",
    find: "rows?.delete(key);",
    replace: "",
    test: "test/provider/storage/storage.test.ts",
  },
  {
    id: "clients-read-anew-for-programs",
    promise: "What a program may is read again after each wait of its request, whatever it read before.",
    faults: ["S2", "S7"],
    file: "src/provider/clients/client_reader.ts",
    find: " || request.bringsClient === true",
    replace: "",
    test: "test/provider/grants/registered_keys.test.ts",
  },
  {
    id: "scope-registered-now",
    promise: "An access token opens no more than its client is registered for now.",
    faults: ["S2"],
    file: "src/provider/clients/access_tokens.ts",
    find: "filter((scope) => registered.has(scope))",
    replace: "filter((scope) => registered.size > 0 && scope)",
    test,
  },
  {
    id: "client-still-there-when-minting",
    promise: "A client whose right ends while its own server holds up its keys mints nothing.",
    faults: ["S2"],
    file: "src/provider/grants/mint.ts",
    find: "generation(present) === generation(client)",
    replace: "generation(client) !== undefined",
    test: "test/provider/grants/registered_keys.test.ts",
  },
  {
    id: "refused-client-hears-of-no-sign-out",
    promise: "A client that was refused a silent sign-in is not told of the person's sign-out.",
    file: "src/provider/library/internals.ts",
    find: "if (!isUndecided()) ensureClientContainer.call(this, clientId);",
    replace: "isUndecided();\n    ensureClientContainer.call(this, clientId);",
    test: "test/provider/single_logout.test.ts",
  },
];
