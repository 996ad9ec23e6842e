// An instance beside others without TTI_ADMIN_URL says at its start that sign-ins to the console will fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openLog } from "../../../src/log.ts";
import { tellOfOtherConsoles } from "../../../src/provider/assembly/start_checks.ts";
import { openKeyInstallation } from "../keys/key_installation.ts";

test("the log names TTI_ADMIN_URL where other instances serve the store, and only there", async () => {
  const installation = await openKeyInstallation("sqlite");
  const said = async (how: { adminUrl?: string; size?: number } = {}) => {
    const lines: string[] = [];
    const log = openLog({ level: "warn", stream: { write: (line: string) => lines.push(line) } });
    const { adminUrl, size = 1 } = how;
    await tellOfOtherConsoles(
      installation.db,
      { adminUrl, size, nowMs: installation.time.ms, policy: installation.context.policy },
      log,
    );
    return lines.join("");
  };
  try {
    assert.equal(await said(), "");
    await installation.openInstance();
    assert.match(await said(), /"setting":"TTI_ADMIN_URL".*sign-ins to the console fail/);
    assert.equal(await said({ adminUrl: "https://admin.example.com" }), "");
    assert.equal(await said({ size: 2 }), "", "the other worker of this very instance");
  } finally {
    await installation.close();
  }
});
