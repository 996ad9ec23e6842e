// Who may see a document: one test per rule of decideAccess.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decideAccess } from "../../src/search/access.ts";
import type { AccessConfiguration } from "../../src/search/document.ts";

const ada = { userId: "u-ada", email: "Ada@example.com", userName: "ada" };

const allowUser = (id: string) => ({ user: { id, access: "ALLOW" as const } });
const denyUser = (id: string) => ({ user: { id, access: "DENY" as const } });
const allowGroup = (name: string) => ({ group: { name, access: "ALLOW" as const } });
const denyGroup = (name: string) => ({ group: { name, access: "DENY" as const } });

function allowed(configuration: AccessConfiguration | undefined, groups: string[] = []): boolean {
  return decideAccess(configuration, ada, groups).allowed;
}

test("a document without an access list is public to the application's users", () => {
  assert.equal(allowed(undefined), true);
});

test("a user is matched by user id, user name or e-mail, exactly", () => {
  for (const id of ["u-ada", "ada", "Ada@example.com"]) {
    assert.equal(allowed({ accessControls: [{ principals: [allowUser(id)] }] }), true, id);
  }
  for (const id of ["U-ADA", "ada@example.com", "ad", "u-bob"]) {
    assert.equal(allowed({ accessControls: [{ principals: [allowUser(id)] }] }), false, id);
  }
});

test("a user id is no group name and a group name no user id", () => {
  assert.equal(allowed({ accessControls: [{ principals: [allowGroup("ada")] }] }), false);
  assert.equal(allowed({ accessControls: [{ principals: [allowUser("hr")] }] }, ["hr"]), false);
});

test("a denial wins over every permission, and ignores case", () => {
  assert.equal(allowed({ accessControls: [{ principals: [allowUser("ada"), denyUser("ADA")] }] }), false);
  const configuration: AccessConfiguration = {
    accessControls: [{ principals: [allowUser("ada")] }, { principals: [denyGroup("Contractors")] }],
    memberRelation: "OR",
  };
  assert.equal(allowed(configuration, ["contractors"]), false);
  assert.equal(allowed(configuration, ["staff"]), true);
});

test("principals of one control are joined by OR unless it says AND", () => {
  const principals = [allowUser("ada"), allowGroup("hr")];
  assert.equal(allowed({ accessControls: [{ principals }] }), true);
  assert.equal(allowed({ accessControls: [{ principals, memberRelation: "AND" }] }), false);
  assert.equal(allowed({ accessControls: [{ principals, memberRelation: "AND" }] }, ["hr"]), true);
});

test("controls are joined by AND unless the configuration says OR", () => {
  const accessControls = [{ principals: [allowUser("ada")] }, { principals: [allowGroup("hr")] }];
  assert.equal(allowed({ accessControls }), false);
  assert.equal(allowed({ accessControls }, ["hr"]), true);
  assert.equal(allowed({ accessControls, memberRelation: "OR" }), true);
});

test("an access list that allows nobody opens for nobody", () => {
  assert.equal(allowed({ accessControls: [] }), false);
  assert.equal(allowed({ accessControls: [{ principals: [] }] }), false);
  assert.equal(allowed({ accessControls: [{ principals: [denyUser("bob")] }] }), false);
});

test("a control that only denies does not count as an unmet condition", () => {
  const accessControls = [{ principals: [allowUser("ada")] }, { principals: [denyUser("bob")] }];
  assert.equal(allowed({ accessControls }), true);
});

test("every decision has a reason that names the principals", () => {
  const configuration: AccessConfiguration = {
    accessControls: [{ principals: [allowUser("bob"), allowGroup("hr")] }],
  };
  assert.equal(
    decideAccess(configuration, ada, ["sales"]).reason,
    "the access list asks for user bob or group hr",
  );
  assert.equal(
    decideAccess({ accessControls: [{ principals: [denyGroup("sales")] }] }, ada, ["sales"]).reason,
    "group sales is denied",
  );
});
