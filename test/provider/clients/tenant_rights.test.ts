// The tenants of each right: lists of their own, and how the one list of older clients is read.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assertMayActFor,
  type MayAct,
  mayActFor,
  type TenantRight,
  tenantRights,
  tenantsMember,
  tenantsOfRight,
} from "../../../src/provider/clients/tenant_rights.ts";

const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const every = { clientId: "every", grant_types: [tokenExchange], scope: "openid tti:handoff tti:search" };

const lists = (client: object) =>
  Object.fromEntries(tenantRights.map((right) => [right, tenantsOfRight(client, right)]));

describe("a client with a list for each right", () => {
  for (const right of tenantRights) {
    test(`acts for all by ${right} and by no other right`, () => {
      const client = { ...every, [tenantsMember[right]]: ["*"], allowed_tenants: ["acme"] };
      const others = tenantRights.filter((one) => one !== right);
      assert.ok(mayActFor(client, right, "globex"));
      assert.deepEqual(
        others.map((one) => mayActFor(client, one, "acme")),
        [false, false],
      );
    });
  }

  test("acts for what is listed, exactly", () => {
    const client = { ...every, mint_tenants: ["acme"] };
    assert.deepEqual(
      ["acme", "Acme", "acme ", "*", "", "globex"].map((tenant) => mayActFor(client, "mint", tenant)),
      [true, false, false, false, false, false],
    );
  });

  test("acts for none by a list of the wrong type", () => {
    for (const value of ["*", "acme", { 0: "*" }, 1, true, [1, null, ["*"]]]) {
      assert.ok(!mayActFor({ ...every, mint_tenants: value, allowed_tenants: ["*"] }, "mint", "acme"));
    }
  });
});

describe("the one list of older clients", () => {
  test("serves the rights the client holds, and no other", () => {
    const client = { grant_types: [tokenExchange], scope: "openid", allowed_tenants: ["acme"] };
    assert.deepEqual(lists(client), { mint: ["acme"], handoff: [], search: [] });
  });

  test("keeps every tenant for a client with one right", () => {
    const client = {
      grant_types: ["client_credentials"],
      scope: "openid tti:search",
      allowed_tenants: ["*"],
    };
    assert.deepEqual(lists(client), { mint: [], handoff: [], search: ["*"] });
  });

  test("is read narrowly where * was mixed with names for several rights", () => {
    const named = ["acme"];
    assert.deepEqual(lists({ ...every, allowed_tenants: ["acme", "*"] }), {
      mint: named,
      handoff: named,
      search: named,
    });
  });
});

test("a refusal says which option would have allowed it", () => {
  for (const right of tenantRights) {
    const refusal = { code: "tenant_not_allowed", fix: new RegExp(`--${right}-for TENANT`) };
    assert.throws(() => assertMayActFor(every, right satisfies TenantRight, "acme"), refusal);
  }
});

test("nothing but the assertion makes the value that minting takes", () => {
  const client = { ...every, [tenantsMember.mint]: ["acme"] };
  const acting = assertMayActFor(client, "mint", "acme");
  assert.deepEqual(
    { clientId: acting.clientId, tenantId: acting.tenantId },
    { clientId: "every", tenantId: "acme" },
  );
  // @ts-expect-error whoever writes the members down has no such value
  const forged: MayAct = { clientId: "every", tenantId: "acme" };
  assert.ok(!(forged instanceof acting.constructor));
});
