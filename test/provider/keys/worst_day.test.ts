// What an operator meets on the worst day: an instance with a wrong clock that died, and secrets that are not the
// installation's in the shell that changes the keys.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { getKeyStatus } from "../../../src/provider/keys/operations.ts";
import { rotateKeys, rotateKeysInEmergency } from "../../../src/provider/keys/rotate.ts";
import { createKeySealer } from "../../../src/provider/keys/seal.ts";
import { storeKinds } from "../../support/databases.ts";
import { openKeyInstallation, publishedKids, signWith } from "./key_installation.ts";

const hourMs = 3_600_000;

for (const kind of storeKinds) {
  describe(`on the worst day (${kind})`, () => {
    test("an instance whose clock was an hour ahead and that died holds nobody back, and is told", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const healthy = await installation.openInstance();
        const { time } = installation;
        const early = await installation.openInstance({ clock: () => new Date(time.ms + hourMs) });
        await healthy.poll();
        const { warnings } = await getKeyStatus(installation.context);
        assert.ok(
          warnings.some((text) => text.includes(early.instanceId) && /60 minutes ahead/.test(text)),
          String(warnings),
        );
        const { kid } = await rotateKeysInEmergency(installation.context);
        await installation.pass(1, healthy);
        assert.equal(await signWith(healthy), kid);
      } finally {
        await installation.close();
      }
    });

    test("secrets that open no key of the installation change nothing", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const ring = await installation.openInstance();
        const before = await installation.db("signing_keys").orderBy("kid").select();
        const sealer = createKeySealer([new Uint8Array(32).fill(9)]);
        const context = { ...installation.context, sealer };
        const refused = { code: "signing_key_unreadable", field: "TTI_SECRETS" };
        await assert.rejects(rotateKeysInEmergency(context), refused);
        await assert.rejects(rotateKeys(context), refused);
        await assert.rejects(rotateKeys(context, { local: true }), refused);
        assert.deepEqual(await installation.db("signing_keys").orderBy("kid").select(), before);
        const { warnings } = await getKeyStatus(context);
        assert.ok(
          warnings.some((text) => text.includes(publishedKids(ring)[0] ?? "?") && /opens none/.test(text)),
          String(warnings),
        );
      } finally {
        await installation.close();
      }
    });

    test("a lost secret is mended by saying that it is lost", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const ring = await installation.openInstance();
        const lost = publishedKids(ring);
        await ring.stop();
        const fresh = new Uint8Array(32).fill(9);
        const context = { ...installation.context, sealer: createKeySealer([fresh]) };
        const { kid, revokedKids } = await rotateKeysInEmergency(context, { secretLost: true });
        assert.deepEqual(revokedKids.toSorted(), lost.toSorted());
        const restarted = await installation.openInstance({ secrets: [fresh] });
        assert.equal(await signWith(restarted), kid);
      } finally {
        await installation.close();
      }
    });
  });
}
