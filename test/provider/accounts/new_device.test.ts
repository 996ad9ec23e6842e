// Who signs in where nobody has before is told to the person: once a browser, never of the first sign-in, and never so often that
// the mailbox is full of it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type DeviceOrigin,
  newDeviceRate,
  rememberDevice,
} from "../../../src/provider/accounts/new_device.ts";
import { getSigningPerson } from "../../../src/provider/factors/signing_person_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";
import { useLinks } from "../links/links_world.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, addPerson, signInAt } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`a sign-in from a new device in ${kind}`, () => {
    const store = useStore(kind);
    let nowMs = 1_800_000_000_000;
    let number = 0;
    const clock = () => new Date(nowMs);
    async function person() {
      number += 1;
      const email = `p${number}@acme.example`;
      return { id: (await addPerson(store.db, { email })).id, email };
    }
    const at = (browser: string | undefined, clientAddress: string): DeviceOrigin => ({
      browser,
      clientAddress,
    });
    async function remember(
      { id, email }: { id: string; email: string },
      origin: DeviceOrigin,
      sendsMail = true,
      db = store.db,
    ) {
      const here = await getSigningPerson({ db, clock }, id, origin);
      return rememberDevice({ db, clock, sendsMail }, { ...here, email }, origin);
    }
    const home = at("home", "192.0.2.1");

    test("is told once, and the first one is none", async () => {
      const ann = await person();
      assert.equal(await remember(ann, home), false);
      const away = at("away", "198.51.100.1");
      assert.equal(await remember(ann, { ...away, userAgent: "Firefox/1 Windows, call 1234" }), true);
      const [mail] = await store.db("mails").where("account_id", ann.id);
      assert.deepEqual([mail.kind, mail.recipient], ["new_device", ann.email]);
      assert.deepEqual(JSON.parse(mail.details), { browser: "Firefox, Windows" });
      for (const clientAddress of ["198.51.100.1", "203.0.113.9"])
        assert.equal(await remember(ann, at("away", clientAddress)), false);
    });

    test("takes a browser and an address that are both new: an IPv6 network is one address", async () => {
      const ann = await person();
      await remember(ann, at("first", "2001:db8::1"));
      assert.equal(await remember(ann, at("second", "2001:db8::2")), false);
      assert.equal(await remember(ann, at("first", "203.0.113.5")), false);
      assert.equal(await remember(ann, at("third", "2001:db8:0:1::1")), true);
    });

    test("stays known by whatever address the person signs in with, and to nobody else", async () => {
      const [ann, ben] = [await person(), await person()];
      for (const who of [ann, ben]) await remember(who, home);
      assert.equal(await remember({ ...ann, email: "other@acme.example" }, home), false);
      await remember(ann, at("hers", "198.51.100.2"));
      assert.equal(await remember(ben, at("hers", "198.51.100.2")), true);
    });

    test("is told once where a hundred come at once, on two instances", async () => {
      const ann = await person();
      await remember(ann, home);
      const another = store.openAnother();
      const told = await Promise.all(
        Array.from({ length: 100 }, (_, index) => {
          const db = index % 2 === 0 ? store.db : another;
          return remember(ann, at("race", "198.51.100.3"), true, db);
        }),
      );
      assert.equal(told.filter(Boolean).length, 1);
    });

    test("fills no mailbox, whatever browsers and addresses somebody has", async () => {
      const ann = await person();
      await remember(ann, home);
      let told = 0;
      for (let time = 0; time < 20; time += 1) {
        if (await remember(ann, at(time % 2 === 0 ? `b${time}` : undefined, `198.18.${time}.1`))) told += 1;
      }
      assert.equal(told, newDeviceRate.burst);
      nowMs += newDeviceRate.intervalMs;
      assert.equal(await remember(ann, at("later", "198.19.0.1")), true);
    });

    test("is remembered also where no mail is sent", async () => {
      const ann = await person();
      await remember(ann, home, false);
      assert.equal(await remember(ann, at("second", "198.51.100.4"), false), false);
      assert.equal(await remember(ann, at("second", "203.0.113.4")), false);
      assert.equal((await store.db("mails").where("account_id", ann.id)).length, 0);
    });
  });
}

describe("signing in elsewhere", () => {
  const email = "ann@acme.example";
  const world = useLinks("sqlite", async () => {
    await addClient(world.fixture.db, { client_id: "app" });
    await addPerson(world.fixture.db, { email, tenants: ["acme"] });
  });

  test("is mailed, with the browser's family", async () => {
    const url = authorizationUrl(world.fixture, { tenant: "acme" });
    const from = (address: string, agent: string) =>
      signInAt(new UserAgent({ "x-forwarded-for": address, "user-agent": agent }), url, email);
    await from("192.0.2.1", "Firefox/1 (X11; Linux)");
    // A wrong password is no sign-in.
    const stranger = new UserAgent({ "x-forwarded-for": "198.51.100.8" });
    await signInAt(stranger, url, email, "a wrong password");
    assert.equal((await world.fixture.db("mails").select("id")).length, 0);
    await from("198.51.100.7", "Mozilla/5.0 (iPhone) Version/26 Safari/604 <b>call 1234</b>");
    const { mail } = await world.mails.next(email);
    assert.match(mail.subject ?? "", /new device/);
    assert.match(mail.text ?? "", /Safari, iPhone/);
    assert.doesNotMatch(`${mail.text}${mail.html}`, /1234/);
  });
});
