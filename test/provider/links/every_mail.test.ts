// Every kind of mail, from what causes it to a real SMTP server: who gets it, with which link, and that nothing else is in it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inviteUser } from "../../../src/admin/operations/invitation.ts";
import { updateTenant } from "../../../src/admin/operations/tenants.ts";
import { updateUser } from "../../../src/admin/operations/user_update.ts";
import { type MailKind, mailKinds } from "../../../src/mail/mail_kinds.ts";
import { createMail } from "../../../src/mail/outbox_store.ts";
import type { TakenMail } from "../../support/mail_server.ts";
import { postAccountForm } from "../support/account_forms.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, addPerson, password, signInAt } from "../support/provider_fixture.ts";
import { askForPassword, browserElsewhere, linkFor, operatorOf, useLink, useLinks } from "./links_world.ts";

interface Case {
  /** Causes it. @returns to whom it goes */
  cause(): Promise<string>;
  /** Where its link leads: with a secret, as a path of ours without one, or nowhere. */
  link: string | undefined;
  subject: RegExp;
}

describe("every kind of mail", () => {
  const world = useLinks("sqlite", async () => {
    await addClient(world.fixture.db, { client_id: "app" });
  });
  const { fixture, mails } = world;
  let number = 0;
  async function person(more: { emailVerified?: boolean } = {}) {
    number += 1;
    const email = `p${number}@acme.example`;
    return { email, id: (await addPerson(fixture.db, { email, tenants: ["acme"], ...more })).id };
  }
  const account = async (email: string) => {
    const agent = browserElsewhere();
    return {
      agent,
      shown: await agent.submit(
        await agent.follow(`${fixture.issuer}/account/email`),
        { email, password },
        "/login",
      ),
    };
  };
  async function wanting() {
    const { email } = await person();
    const { agent, shown } = await account(email);
    await agent.submit(shown, { email: `new.${email}` }, "/account/email");
    return { email, wanted: `new.${email}` };
  }
  const notice = async (kind: MailKind) => {
    const { email, id } = await person();
    await createMail(
      fixture.db,
      { kind, recipient: email, accountId: id, details: { what: "passkey" } },
      world.now(),
    );
    return email;
  };

  const cases: Readonly<Record<MailKind, Case>> = {
    invitation: {
      cause: async () => (await inviteUser(operatorOf(world), { email: "invited@acme.example" })).email ?? "",
      link: "/account/password?token=",
      subject: /^Your account at /,
    },
    password_reset: {
      async cause() {
        const { email } = await person();
        await askForPassword(world, email);
        return email;
      },
      link: "/account/password?token=",
      subject: /^Choose a new password/,
    },
    password_changed: {
      async cause() {
        const { email } = await person();
        await useLink(await linkFor(world, email));
        return email;
      },
      link: undefined,
      subject: /was changed$/,
    },
    address_proof: {
      async cause() {
        const { email } = await person({ emailVerified: false });
        const { agent, shown } = await account(email);
        await agent.submit(shown, {}, "/account/email/proof");
        return email;
      },
      link: "/account/address?token=",
      subject: /^Confirm your e-mail address/,
    },
    address_change: {
      cause: async () => (await wanting()).wanted,
      link: "/account/new-address?token=",
      subject: /^Confirm your new e-mail address/,
    },
    address_changing: {
      cause: async () => (await wanting()).email,
      link: "/account",
      subject: /^Another address was asked for/,
    },
    address_changed: {
      async cause() {
        const { email } = await person();
        await updateUser(operatorOf(world), { user: email, email: `moved.${email}` });
        await mails.next(`moved.${email}`);
        return email;
      },
      link: undefined,
      subject: /^The address of your account/,
    },
    factor_added: { cause: () => notice("factor_added"), link: "/account", subject: /^A passkey was added/ },
    factor_removed: {
      cause: () => notice("factor_removed"),
      link: "/account",
      subject: /^A passkey was removed/,
    },
    recovery_code_used: {
      cause: () => notice("recovery_code_used"),
      link: "/account",
      subject: /^A recovery code was used/,
    },
    passkey_copied: {
      cause: () => notice("passkey_copied"),
      link: "/account",
      subject: /^There may be a copy of your passkey/,
    },
    account_closed: {
      async cause() {
        const { email, id } = await person();
        await updateTenant(operatorOf(world), { id: "acme", selfClose: true });
        const { agent } = await account(email);
        await postAccountForm(agent, `${fixture.issuer}/account/close`, { id }, { typed: email });
        return email;
      },
      link: undefined,
      subject: /is closed$/,
    },
    new_device: {
      async cause() {
        const { email } = await person();
        for (let time = 0; time < 2; time += 1) {
          await signInAt(browserElsewhere(), authorizationUrl(fixture, { tenant: "acme" }), email);
        }
        return email;
      },
      link: "/account",
      subject: /^A sign-in from a new device/,
    },
  };

  for (const kind of Object.keys(mailKinds) as MailKind[]) {
    test(`${kind} comes to a real server`, async () => {
      const { cause, link, subject } = cases[kind];
      const to = await cause();
      const mail = await mails.next(to);
      assert.match(mail.mail.subject ?? "", subject);
      assert.deepEqual([mail.to, mail.from], [[to], "login@isv.example"]);
      assert.match(mail.raw, /^Auto-Submitted: auto-generated\r$/m);
      const texts = [mail.mail.text ?? "", mail.mail.html ?? ""];
      for (const text of texts) {
        assert.ok(text.length > 100);
        assert.doesNotMatch(text, /undefined|\[object|<%|&lt;%/);
        const leads = addressesIn(text);
        const wanted = link === undefined ? [] : [`${fixture.issuer}${link}`];
        assert.deepEqual([...new Set(leads)], wanted, kind);
      }
      // Nothing is loaded from anywhere, so that nobody learns when a mail is read.
      assert.doesNotMatch(texts[1] ?? "", /<img|<link|<script|url\(|src=/i);
      await untilSent(kind, mail);
    });
  }

  test("it is written as the person chose to be spoken to, whatever page caused it", async () => {
    const { email, id } = await person();
    await fixture.db("accounts").where({ id }).update({ language: "de" });
    await askForPassword(world, email);
    assert.match((await mails.next(email)).mail.subject ?? "", /^Wählen Sie ein neues Passwort /);
    await updateUser(operatorOf(world), { user: email, email: `moved.${email}` });
    assert.match((await mails.next(`moved.${email}`)).mail.subject ?? "", /^Die Adresse Ihres Kontos /);
  });

  // All but the one that names where a new password is asked for, which anybody may open.
  function addressesIn(text: string): string[] {
    return [...text.matchAll(/https?:\/\/[^\s"<]+/g)]
      .map(([url]) => url.replace(/(token=).*/, "$1"))
      .filter((url) => !url.endsWith("/account/forgot"));
  }

  async function untilSent(kind: MailKind, { to }: TakenMail): Promise<void> {
    for (;;) {
      const rows = await fixture.db("mails").where({ kind, recipient: to[0] }).select("state");
      if (rows.some(({ state }) => state === "sent")) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
});
