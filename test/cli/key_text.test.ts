// What the key commands say of a key that was revoked before its turn.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyTable, statusText } from "../../src/cli/commands/key_text.ts";
import { getKeyStatus, revokeKey } from "../../src/provider/keys/operations.ts";
import { openKeyInstallation } from "../provider/keys/key_installation.ts";

test("a next key that was revoked is never said to sign, nor to have a valid token", async () => {
  const installation = await openKeyInstallation();
  try {
    const ring = await installation.openInstance();
    await ring.poll();
    const next = ring.current().publicJwks[1]?.kid ?? "";
    await revokeKey(installation.context, next);
    const status = await getKeyStatus(installation.context);
    const told = statusText(status, (text) => text)
      .split("\n\n")
      .find((block) => block.startsWith(next));
    assert.match(told ?? "", /signs +never: revoked before its turn/);
    assert.doesNotMatch(told ?? "", /signs since|oldest valid token/);
    const line = keyTable(status.keys)
      .split("\n")
      .find((row) => row.startsWith(next));
    assert.match(line ?? "", /revoked +\S+ +never/);
  } finally {
    await installation.close();
  }
});
