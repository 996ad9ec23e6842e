// Passkeys at the store and the ceremonies, on both stores: what makes and uses one, and each answer that is refused by a code
// of its own, with nothing half-done.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { OperationError } from "../../../src/errors.ts";
import {
  type Account,
  createAccount,
  findAccount,
  saveDisabled,
} from "../../../src/provider/accounts/account_store.ts";
import { listSecondFactors } from "../../../src/provider/factors/second_factor_store.ts";
import { hasSecondFactor } from "../../../src/provider/factors/second_factors.ts";
import { addPasskey, type Enrolling, offerEnrolment } from "../../../src/provider/passkeys/enrol_passkey.ts";
import { namePasskey, removePasskey } from "../../../src/provider/passkeys/keep_passkeys.ts";
import type { PasskeyDeps } from "../../../src/provider/passkeys/passkey_deps.ts";
import { challengeLifeMs, createPasskeySeals } from "../../../src/provider/passkeys/passkey_seals.ts";
import {
  createPasskey,
  findPasskey,
  listPasskeys,
  mostPasskeys,
} from "../../../src/provider/passkeys/passkey_store.ts";
import { relyingPartyOf } from "../../../src/provider/passkeys/relying_party.ts";
import {
  offerPasskey,
  type PasskeySignIn,
  provePasskey,
} from "../../../src/provider/passkeys/use_passkey.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";
import { type Question, SoftwareAuthenticator, type Wrongly } from "../support/software_authenticator.ts";

const origin = "https://id.isv.example";
const party = relyingPartyOf(origin) ?? assert.fail("an https host has passkeys");
const secrets = [Buffer.alloc(32, 1)];
const browserKey = "the-random-key-of-this-browser";

const refused = (code: string) => (error: unknown) =>
  (error instanceof OperationError && error.code === code) ||
  assert.fail(`${code} was expected, not ${error}`);

const changed =
  (member: string, value: unknown): Wrongly["afterwards"] & {} =>
  ({ response }) => {
    response[member] = value;
  };

test("passkeys are for the issuer's host, at its origin, and where browsers have them", () => {
  assert.deepEqual(relyingPartyOf("https://id.isv.example:8443"), {
    id: "id.isv.example",
    origin: "https://id.isv.example:8443",
  });
  assert.deepEqual(relyingPartyOf("http://localhost:3000"), {
    id: "localhost",
    origin: "http://localhost:3000",
  });
  for (const issuer of [
    "http://id.isv.example",
    "https://192.0.2.1",
    "https://[2001:db8::1]",
    "http://127.0.0.1:3000",
  ])
    assert.equal(relyingPartyOf(issuer), undefined, issuer);
});

for (const kind of storesOfToday(import.meta.url)) {
  describe(`passkeys on ${kind}`, () => {
    const store = useStore(kind);
    let nowMs = Date.now();
    let people = 0;
    const deps = (): PasskeyDeps => ({
      db: store.db,
      clock: () => new Date(nowMs),
      seals: createPasskeySeals(secrets),
      party,
    });

    const person = (): Promise<Account> => {
      people += 1;
      return createAccount(
        store.db,
        { email: `p${people}@acme.example`, emailVerified: true },
        new Date(nowMs),
      );
    };
    const add = (session: Enrolling, told: { answer: string; name: string }, hold = async () => {}) =>
      addPasskey(deps(), session, told, hold);
    const enrol = async (
      account: Account,
      device: SoftwareAuthenticator,
      wrongly: Wrongly = {},
      name = "",
    ) => {
      const session = { account, sessionUid: "session-1" };
      const question = await offerEnrolment(deps(), session, "Acme");
      return (await add(session, { answer: device.create(question as Question, wrongly), name })).passkey;
    };
    const signIn: PasskeySignIn = { interactionUid: "uid-1", browserKey };
    const ask = async (at = signIn) => (await offerPasskey(deps(), at)) as Question;
    const use = async (device: SoftwareAuthenticator, wrongly: Wrongly = {}, at = signIn) =>
      provePasskey(deps(), at, device.get(await ask(at), wrongly));
    const eventsOf = async (accountId: string): Promise<string[]> =>
      ((await store.db("audit_events").where("account_id", accountId).pluck("type")) as string[]).toSorted();
    const owner = async () => {
      const account = await person();
      const device = new SoftwareAuthenticator(origin);
      await enrol(account, device);
      return { account: (await findAccount(store.db, account.id)) ?? assert.fail(), device };
    };

    test("a passkey is added, signs its owner in again and again, and is known by a name", async () => {
      const account = await person();
      const device = new SoftwareAuthenticator(origin);
      const added = await enrol(account, device, {}, " Work  laptop ");
      assert.equal(added?.name, "Work  laptop");
      for (const uses of [1, 2]) {
        const proven = await use(device);
        assert.equal(proven.account.id, account.id);
        const [stored] = await listPasskeys(store.db, account.id);
        assert.equal(stored?.counter, uses);
        assert.equal(stored?.lastUsedAtMs, nowMs);
      }
      assert.deepEqual(await eventsOf(account.id), ["passkey.added"]);
    });

    test("what an authenticator keeps of a person is the same each time, and neither id nor address", async () => {
      const { account } = await owner();
      const session = { account, sessionUid: "s" };
      const { user, excludeCredentials } = await offerEnrolment(deps(), session, "Acme");
      const [stored] = await listPasskeys(store.db, account.id);
      assert.equal(user.id, stored?.userHandle);
      assert.equal(Buffer.from(user.id, "base64url").length, 32);
      assert.ok(!Buffer.from(user.id, "base64url").toString("latin1").includes(account.id));
      assert.deepEqual(
        excludeCredentials?.map(({ id }) => id),
        [stored?.credentialId],
      );
      const another = createPasskeySeals([Buffer.alloc(32, 9)]);
      const later = await offerEnrolment({ ...deps(), seals: another }, session, "Acme");
      assert.equal(later.user.id, stored?.userHandle, "secrets that change change nobody's handle");
    });

    test("a question is for a key on the device, and for a person it made sure of", async () => {
      const account = await person();
      const making = await offerEnrolment(deps(), { account, sessionUid: "s" }, "Acme");
      assert.equal(making.authenticatorSelection?.userVerification, "required");
      assert.equal(making.authenticatorSelection?.residentKey, "required");
      assert.equal(making.attestation, "none");
      const using = await offerPasskey(deps(), signIn);
      assert.equal(using?.userVerification, "required");
      assert.deepEqual(using?.allowCredentials, []);
    });

    const wrongAnswers: readonly { what: string; code: string; wrongly: Wrongly }[] = [
      {
        what: "a page of another origin",
        code: "passkey_foreign_origin",
        wrongly: { origin: "https://id.isv.example.evil.example" },
      },
      {
        what: "another port of the host",
        code: "passkey_foreign_origin",
        wrongly: { origin: `${origin}:8443` },
      },
      { what: "our page inside another's", code: "passkey_foreign_origin", wrongly: { crossOrigin: true } },
      { what: "another host", code: "passkey_foreign_site", wrongly: { rpId: "isv.example" } },
      { what: "nobody made sure of", code: "passkey_not_verified", wrongly: { flags: 0x01 } },
      { what: "nobody there", code: "passkey_not_verified", wrongly: { flags: 0x04 } },
      {
        what: "a question that was never asked",
        code: "passkey_challenge_unknown",
        wrongly: { challenge: randomBytes(87).toString("base64url") },
      },
      {
        what: "a question of another's making",
        code: "passkey_challenge_unknown",
        wrongly: { challenge: randomBytes(16).toString("base64url") },
      },
      {
        what: "an answer to another kind of question",
        code: "passkey_other_purpose",
        wrongly: { type: "payment.get" },
      },
    ];

    for (const { what, code, wrongly } of wrongAnswers) {
      test(`${what}: refused when a passkey is added, and when it is used`, async () => {
        const account = await person();
        await assert.rejects(enrol(account, new SoftwareAuthenticator(origin), wrongly), refused(code));
        assert.deepEqual(await listPasskeys(store.db, account.id), []);
        const { account: ownerOf, device } = await owner();
        const before = await listPasskeys(store.db, ownerOf.id);
        await assert.rejects(use(device, wrongly), refused(code));
        assert.deepEqual(await listPasskeys(store.db, ownerOf.id), before);
      });
    }

    test("an answer that was changed after it was signed is refused, whatever of it was changed", async () => {
      const { account, device } = await owner();
      const changes: Record<string, Wrongly["afterwards"]> = {
        "the browser's data": (answer) => {
          const said = JSON.parse(
            Buffer.from(String(answer.response["clientDataJSON"]), "base64url").toString(),
          );
          const other = Buffer.from(JSON.stringify({ ...said, more: 1 })).toString("base64url");
          answer.response["clientDataJSON"] = other;
        },
        "the counter": (answer) => {
          const data = Buffer.from(String(answer.response["authenticatorData"]), "base64url");
          data.writeUInt32BE(4000, 33);
          answer.response["authenticatorData"] = data.toString("base64url");
        },
        "the signature": (answer) => {
          const signature = Buffer.from(String(answer.response["signature"]), "base64url");
          signature.writeUInt8((signature.at(-1) ?? 0) ^ 1, signature.length - 1);
          answer.response["signature"] = signature.toString("base64url");
        },
        "the signature, which is none": (answer) => {
          answer.response["signature"] = "AAAA";
        },
      };
      for (const [what, afterwards] of Object.entries(changes)) {
        assert.ok(afterwards);
        await assert.rejects(use(device, { afterwards }), refused("passkey_altered"), what);
      }
      const [stored] = await listPasskeys(store.db, account.id);
      assert.deepEqual([stored?.counter, stored?.clonedAtMs], [0, null]);
      assert.equal((await use(device)).account.id, account.id);
    });

    test("what is no answer of a passkey is refused as that", async () => {
      const device = new SoftwareAuthenticator(origin);
      const { device: known } = await owner();
      const texts = [
        "",
        "null",
        "[]",
        "{}",
        '"x"',
        "{",
        "x".repeat(13_000),
        '{"id":"a","rawId":"b","type":"public-key"}',
      ];
      for (const text of texts) {
        await assert.rejects(
          provePasskey(deps(), signIn, text),
          refused("passkey_unreadable"),
          text.slice(0, 50),
        );
        const session = { account: await person(), sessionUid: "s" };
        await assert.rejects(add(session, { answer: text, name: "" }), refused("passkey_unreadable"));
      }
      const broken: readonly Wrongly["afterwards"][] = [
        (answer) => Object.assign(answer, { type: "password" }),
        (answer) => Object.assign(answer, { rawId: "another" }),
        changed("clientDataJSON", "not base64url!"),
        changed("clientDataJSON", Buffer.from("[1]").toString("base64url")),
        changed("authenticatorData", 7),
        changed("authenticatorData", "AA"),
        changed("userHandle", { $: 1 }),
      ];
      for (const afterwards of broken)
        await assert.rejects(
          use(known, { afterwards: afterwards ?? assert.fail() }),
          refused("passkey_unreadable"),
        );
      assert.deepEqual(device.ids, []);
    });

    test("a device whose maker proves itself by certificates is not taken: nothing of theirs is read or fetched", async () => {
      const account = await person();
      const certificate = new Map<string, Uint8Array>([["x5c", Buffer.from("a certificate")]]);
      for (const fmt of ["android-safetynet", "android-key", "apple", "tpm", "fido-u2f", "packed", "other"]) {
        const attestation = { fmt, attStmt: certificate };
        await assert.rejects(
          enrol(account, new SoftwareAuthenticator(origin), { attestation }),
          refused("passkey_unsupported"),
          fmt,
        );
      }
      const strange = { algorithm: -65535 };
      await assert.rejects(
        enrol(account, new SoftwareAuthenticator(origin), strange),
        refused("passkey_unsupported"),
      );
      assert.deepEqual(await listPasskeys(store.db, account.id), []);
    });

    test("a question is answered once, within five minutes, in its browser, in its sign-in, for its purpose", async () => {
      const { account, device } = await owner();
      const question = await ask();
      const first = device.get(question);
      await provePasskey(deps(), signIn, first);
      await assert.rejects(provePasskey(deps(), signIn, first), refused("passkey_challenge_used"));
      await assert.rejects(
        provePasskey(deps(), signIn, device.get(question)),
        refused("passkey_challenge_used"),
      );

      const elsewhere = { ...signIn, browserKey: "another browser" };
      const answer = device.get(await ask());
      await assert.rejects(provePasskey(deps(), elsewhere, answer), refused("passkey_other_browser"));
      const another = { ...signIn, interactionUid: "uid-2" };
      await assert.rejects(provePasskey(deps(), another, answer), refused("passkey_other_browser"));
      const second = { ...signIn, accountId: account.id };
      await assert.rejects(provePasskey(deps(), second, answer), refused("passkey_other_purpose"));
      const asFirst = device.get(await ask(second));
      await assert.rejects(provePasskey(deps(), signIn, asFirst), refused("passkey_other_purpose"));
      // What was refused for its place was not used up in its own.
      assert.equal((await provePasskey(deps(), signIn, answer)).account.id, account.id);

      const late = device.get(await ask());
      nowMs += challengeLifeMs;
      await assert.rejects(provePasskey(deps(), signIn, late), refused("passkey_challenge_expired"));
      assert.equal((await use(device)).account.id, account.id);
    });

    test("a question that was answered wrongly is not answered again", async () => {
      const { device } = await owner();
      const question = await ask();
      await assert.rejects(
        provePasskey(deps(), signIn, device.get(question, { origin: "https://evil.example" })),
        refused("passkey_foreign_origin"),
      );
      await assert.rejects(
        provePasskey(deps(), signIn, device.get(question)),
        refused("passkey_challenge_used"),
      );
    });

    test("a question that a former secret sealed counts; one that no secret sealed does not", async () => {
      const { device, account } = await owner();
      const answer = device.get(await ask());
      const rotated = { ...deps(), seals: createPasskeySeals([Buffer.alloc(32, 2), ...secrets]) };
      assert.equal((await provePasskey(rotated, signIn, answer)).account.id, account.id);
      const others = { ...deps(), seals: createPasskeySeals([Buffer.alloc(32, 2)]) };
      await assert.rejects(
        provePasskey(others, signIn, device.get(await ask())),
        refused("passkey_challenge_unknown"),
      );
    });

    test("a question to add a passkey counts for the session and the person it was shown to", async () => {
      const [account, other] = [await person(), await person()];
      const device = new SoftwareAuthenticator(origin);
      const mine = { account, sessionUid: "mine" };
      const answer = device.create((await offerEnrolment(deps(), mine, "Acme")) as Question);
      const told = { answer, name: "" };
      await assert.rejects(add({ account, sessionUid: "other" }, told), refused("passkey_other_browser"));
      await assert.rejects(add({ ...mine, account: other }, told), refused("passkey_other_browser"));
      assert.ok(await add(mine, told));
      await assert.rejects(add(mine, told), refused("passkey_challenge_used"));
      assert.equal((await listPasskeys(store.db, account.id)).length, 1);
    });

    test("a passkey of nobody, of another, and one that says it is another's", async () => {
      const { account, device } = await owner();
      const { account: other, device: others } = await owner();
      const stranger = new SoftwareAuthenticator(origin);
      stranger.create({ challenge: "", rp: { id: party.id }, user: { id: "AAAA" } });
      await assert.rejects(use(stranger), refused("passkey_unknown"));
      const second = { ...signIn, accountId: account.id };
      const wrongOne = others.get({ ...(await ask(second)), allowCredentials: [] });
      await assert.rejects(provePasskey(deps(), second, wrongOne), refused("passkey_of_another"));
      const [stored] = await listPasskeys(store.db, other.id);
      assert.equal(stored?.counter, 0, "nothing of the other's was used");
      const userHandle = (await listPasskeys(store.db, other.id))[0]?.userHandle ?? "";
      await assert.rejects(use(device, { userHandle }), refused("passkey_of_another"));
      const withoutHandle: Wrongly = { afterwards: changed("userHandle", null) };
      await assert.rejects(use(device, withoutHandle), refused("passkey_of_another"));
      assert.equal((await use(device, withoutHandle, second)).account.id, account.id);
      assert.equal(await offerPasskey(deps(), { ...signIn, accountId: (await person()).id }), undefined);
    });

    test("a passkey whose counter went back signs nobody in any more, and ends what stands", async () => {
      const { account, device } = await owner();
      const copy = device.copied();
      await use(device);
      const before = await findAccount(store.db, account.id);
      await assert.rejects(use(copy), refused("passkey_cloned"));
      const [stored] = await listPasskeys(store.db, account.id);
      assert.equal(stored?.clonedAtMs, nowMs);
      assert.equal(stored?.counter, 1);
      assert.deepEqual(
        (await eventsOf(account.id)).filter((type) => type.startsWith("passkey.")),
        ["passkey.added", "passkey.cloned"],
      );
      const after = await findAccount(store.db, account.id);
      assert.equal(after?.signInGeneration, (before?.signInGeneration ?? 0) + 1);
      // Neither of the two, and the trail says it once.
      await assert.rejects(use(device), refused("passkey_cloned"));
      assert.equal((await eventsOf(account.id)).filter((type) => type === "passkey.cloned").length, 1);
      const told = await store.db("mails").where({ account_id: account.id, kind: "passkey_copied" });
      assert.deepEqual(
        told.map(({ recipient }) => recipient),
        [account.email],
        "its person is told, once",
      );
      const factors = await listSecondFactors(store.db, account.id);
      assert.deepEqual([factors.passkeys, factors.copied, hasSecondFactor(factors)], [0, 1, true]);
      assert.equal(await offerPasskey(deps(), { ...signIn, accountId: account.id }), undefined);
    });

    test("a counter that stands still is one that went back, unless it never counts", async () => {
      const { device } = await owner();
      await use(device, { counter: 7 });
      await assert.rejects(use(device, { counter: 7 }), refused("passkey_cloned"));
      const synced = new SoftwareAuthenticator(origin, { synced: true });
      const added = await enrol(await person(), synced);
      assert.deepEqual([added?.synced, added?.backedUp], [true, true]);
      for (const _ of [1, 2]) assert.equal((await use(synced)).passkey.id, added?.id);
      await use(synced, { counter: 3 });
      await assert.rejects(use(synced), refused("passkey_cloned"));
    });

    test("whoever does not hold the key has nobody's passkey taken for a copy", async () => {
      const { account, device } = await owner();
      await use(device);
      const forged: Wrongly = {
        counter: 0,
        afterwards: changed("signature", "MEQCIAAA"),
      };
      await assert.rejects(use(device, forged), refused("passkey_altered"));
      const [stored] = await listPasskeys(store.db, account.id);
      assert.equal(stored?.clonedAtMs, null);
    });

    test("an account that is disabled, gone, or its organization's own is signed in by no passkey", async () => {
      const { account, device } = await owner();
      await saveDisabled(store.db, account.id, true, new Date(nowMs));
      await assert.rejects(use(device), refused("account_disabled"));
      await store.db("accounts").where("id", account.id).delete();
      assert.equal(
        await findPasskey(store.db, device.ids[0] ?? ""),
        undefined,
        "a deleted account takes its passkeys along",
      );
      await assert.rejects(use(device), refused("passkey_unknown"));

      const { account: theirs, device: their } = await owner();
      await store.db("accounts").where("id", theirs.id).update({ external_at_ms: 1 });
      await assert.rejects(use(their), refused("login_method_not_allowed"));
      const external = (await findAccount(store.db, theirs.id)) ?? assert.fail();
      await assert.rejects(
        enrol(external, new SoftwareAuthenticator(origin)),
        refused("login_method_not_allowed"),
      );
    });

    test("a passkey belongs to one person, and a person has so many", async () => {
      const { account, device } = await owner();
      const stored = (await listPasskeys(store.db, account.id))[0] ?? assert.fail();
      const other = await person();
      const session = { account: other, sessionUid: "s" };
      const again = device.create((await offerEnrolment(deps(), session, "Acme")) as Question);
      await store
        .db("passkeys")
        .where("id", stored.id)
        .update({ credential_id: device.ids.at(-1) });
      await assert.rejects(add(session, { answer: again, name: "" }), refused("passkey_exists"));
      assert.deepEqual(await listPasskeys(store.db, other.id), []);
      for (let count = 0; count < mostPasskeys; count += 1) {
        const one = { ...stored, credentialId: `c-${kind}-${count}`, accountId: other.id };
        assert.ok(await createPasskey(store.db, one, new Date(nowMs)));
      }
      await assert.rejects(enrol(other, new SoftwareAuthenticator(origin)), refused("passkey_limit"));
      await assert.rejects(
        enrol(other, new SoftwareAuthenticator(origin), {}, "x".repeat(61)),
        refused("invalid_input"),
      );
      await assert.rejects(
        enrol(other, new SoftwareAuthenticator(origin), {}, "a\u202eb"),
        refused("invalid_input"),
      );
    });

    test("nothing is added for a sign-in that was ended while the page was open", async () => {
      const account = await person();
      const session = { account, sessionUid: "s" };
      const device = new SoftwareAuthenticator(origin);
      const answer = device.create((await offerEnrolment(deps(), session, "Acme")) as Question);
      const ended = async () => {
        throw new OperationError("unauthenticated", "This sign-in has ended.");
      };
      await assert.rejects(add(session, { answer, name: "" }, ended), refused("unauthenticated"));
      assert.deepEqual(await listPasskeys(store.db, account.id), []);
      assert.deepEqual(await eventsOf(account.id), []);
    });

    test("one's own passkey is named anew and removed; another's is not", async () => {
      const { account, device } = await owner();
      const { account: other } = await owner();
      const [{ id } = assert.fail()] = await listPasskeys(store.db, account.id);
      const act = (accountId: string) => ({
        ...{ id, accountId, actor: `account:${accountId}` },
        notice: { by: "person" as const, browser: "Firefox, Windows" },
      });
      const now = new Date(nowMs);
      await assert.rejects(
        store.db.transaction((trx) => namePasskey(trx, { ...act(other.id), name: "mine" }, now)),
        refused("passkey_not_found"),
      );
      await assert.rejects(
        store.db.transaction((trx) => removePasskey(trx, act(other.id), now)),
        refused("passkey_not_found"),
      );
      await store.db.transaction((trx) => namePasskey(trx, { ...act(account.id), name: "Phone" }, now));
      assert.equal((await listPasskeys(store.db, account.id))[0]?.name, "Phone");
      const answer = device.get(await ask());
      await store.db.transaction((trx) => removePasskey(trx, act(account.id), now));
      await assert.rejects(provePasskey(deps(), signIn, answer), refused("passkey_unknown"));
      assert.deepEqual(await eventsOf(account.id), ["passkey.added", "passkey.removed", "passkey.renamed"]);
      const after = await findAccount(store.db, account.id);
      assert.equal(after?.signInGeneration, account.signInGeneration + 1, "its sign-ins are over");
      const mails: { kind: string; recipient: string; details: string }[] = await store
        .db("mails")
        .where("account_id", account.id);
      assert.deepEqual(mails.map(({ kind }) => kind).toSorted(), ["factor_added", "factor_removed"]);
      assert.deepEqual([...new Set(mails.map(({ recipient }) => recipient))], [account.email]);
      const removed = JSON.parse(mails.find(({ kind }) => kind === "factor_removed")?.details ?? "");
      assert.deepEqual(removed, { what: "passkey", by: "person", browser: "Firefox, Windows" });
    });
  });
}
