// Trusted token issuers through the AWS SDK: what AWS does with them, and what it refuses.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateTrustedTokenIssuerCommand,
  type CreateTrustedTokenIssuerCommandInput,
  DeleteTrustedTokenIssuerCommand,
  DescribeTrustedTokenIssuerCommand,
  ListTrustedTokenIssuersCommand,
  UpdateTrustedTokenIssuerCommand,
} from "@aws-sdk/client-sso-admin";
import { caught, startControlPlane, useControlPlane } from "../../support/control_plane.ts";

const plane = useControlPlane();

function issuer(name: string, changes: Partial<CreateTrustedTokenIssuerCommandInput> = {}) {
  return {
    InstanceArn: plane.instanceArn,
    Name: name,
    TrustedTokenIssuerType: "OIDC_JWT" as const,
    TrustedTokenIssuerConfiguration: {
      OidcJwtConfiguration: {
        IssuerUrl: `https://${name}.example.com`,
        ClaimAttributePath: "email",
        IdentityStoreAttributePath: "emails.value",
        JwksRetrievalOption: "OPEN_ID_DISCOVERY" as const,
      },
    },
    ...changes,
  };
}

async function create(name: string, changes: Partial<CreateTrustedTokenIssuerCommandInput> = {}) {
  const { ssoAdmin } = plane.as("admin");
  const { TrustedTokenIssuerArn: arn } = await ssoAdmin.send(
    new CreateTrustedTokenIssuerCommand(issuer(name, changes)),
  );
  assert.ok(arn);
  return arn;
}

async function remove(arn: string): Promise<void> {
  await plane.as("admin").ssoAdmin.send(new DeleteTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: arn }));
}

describe("a trusted token issuer", () => {
  it("maps to user name, e-mail or external id, and to anything only by its switch (fault B8)", async () => {
    const mapped = (name: string, path: string) => {
      const { OidcJwtConfiguration: jwt } = issuer(name).TrustedTokenIssuerConfiguration ?? {};
      assert.ok(jwt);
      const OidcJwtConfiguration = { ...jwt, IdentityStoreAttributePath: path };
      return create(name, { TrustedTokenIssuerConfiguration: { OidcJwtConfiguration } });
    };
    for (const [name, path] of [
      ["by-name", "userName"],
      ["by-external-id", "externalIds.SCIM"],
    ] as const)
      await remove(await mapped(name, path));
    assert.equal((await caught(mapped("by-foo", "foo"))).name, "ValidationException");
    assert.equal(plane.sandbox.control.requests(1)[0]?.rule, "issuer.attributePath");
    plane.sandbox.control.setRule("issuer.attributePath", "any");
    await remove(await mapped("by-foo", "foo"));
    plane.sandbox.control.setRule("issuer.attributePath", "known");
  });

  it("whose ClientToken came with other parameters is told why and what to do (fault B8)", async () => {
    const ClientToken = "same-token";
    const arn = await create("first-of-token", { ClientToken });
    const error = await caught(create("second-of-token", { ClientToken }));
    assert.equal(error.name, "IdempotentParameterMismatch");
    const [record] = plane.sandbox.control.requests(1);
    assert.equal(record?.rule, "idempotency.parameters");
    assert.match(record?.reason ?? "", /other parameters/);
    assert.match(record?.fix ?? "", /new ClientToken/);
    await remove(arn);
  });

  it("is created, described, listed and deleted", async () => {
    const { ssoAdmin } = plane.as("admin");
    const arn = await create("whole");
    assert.match(
      arn,
      /^arn:aws:sso::111122223333:trustedTokenIssuer\/ssoins-[0-9a-f]{16}\/tti-[0-9a-f-]{36}$/,
    );
    const described = await ssoAdmin.send(
      new DescribeTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: arn }),
    );
    assert.deepEqual(
      described.TrustedTokenIssuerConfiguration,
      issuer("whole").TrustedTokenIssuerConfiguration,
    );
    const { TrustedTokenIssuers: listed } = await ssoAdmin.send(
      new ListTrustedTokenIssuersCommand({ InstanceArn: plane.instanceArn }),
    );
    assert.ok(listed?.some((entry) => entry.TrustedTokenIssuerArn === arn && entry.Name === "whole"));
    await ssoAdmin.send(new DeleteTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: arn }));
    const gone = await caught(
      ssoAdmin.send(new DescribeTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: arn })),
    );
    assert.equal(gone.name, "ResourceNotFoundException");
    assert.equal(gone.$metadata.httpStatusCode, 400);
  });

  it("can change its name and mapping, but never its issuer URL", async () => {
    const { ssoAdmin } = plane.as("admin");
    const arn = await create("changing");
    const changes = { ClaimAttributePath: "sub", IssuerUrl: "https://elsewhere.example.com" };
    await ssoAdmin.send(
      new UpdateTrustedTokenIssuerCommand({
        TrustedTokenIssuerArn: arn,
        Name: "changed",
        TrustedTokenIssuerConfiguration: { OidcJwtConfiguration: changes },
      }),
    );
    const { Name, TrustedTokenIssuerConfiguration } = await ssoAdmin.send(
      new DescribeTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: arn }),
    );
    assert.equal(Name, "changed");
    assert.equal(TrustedTokenIssuerConfiguration?.OidcJwtConfiguration?.ClaimAttributePath, "sub");
    assert.equal(
      TrustedTokenIssuerConfiguration?.OidcJwtConfiguration?.IssuerUrl,
      "https://changing.example.com",
    );
    await ssoAdmin.send(new DeleteTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: arn }));
  });

  it("is created once per ClientToken, and refused when the token comes with other parameters", async () => {
    const { ssoAdmin } = plane.as("admin");
    const first = await create("once", { ClientToken: "token-1" });
    assert.equal(await create("once", { ClientToken: "token-1" }), first);
    const command = new CreateTrustedTokenIssuerCommand(issuer("twice", { ClientToken: "token-1" }));
    assert.equal((await caught(ssoAdmin.send(command))).name, "IdempotentParameterMismatch");
    await ssoAdmin.send(new DeleteTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: first }));
  });

  it("conflicts with one of the same name, and with one of the same issuer URL", async () => {
    const { ssoAdmin } = plane.as("admin");
    const arn = await create("taken");
    const sameName = new CreateTrustedTokenIssuerCommand({
      ...issuer("free"),
      Name: "taken",
    });
    assert.equal((await caught(ssoAdmin.send(sameName))).name, "ConflictException");
    const sameUrl = new CreateTrustedTokenIssuerCommand({ ...issuer("taken"), Name: "free" });
    assert.equal((await caught(ssoAdmin.send(sameUrl))).name, "ConflictException");
    plane.sandbox.control.setRule("issuer.duplicateUrl", "accept");
    const { TrustedTokenIssuerArn: second } = await ssoAdmin.send(sameUrl);
    plane.sandbox.control.setRule("issuer.duplicateUrl", "reject");
    for (const each of [arn, second]) {
      await ssoAdmin.send(new DeleteTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: each }));
    }
  });

  it("is refused with the model's constraint for a name with a space or an issuer URL with a query", async () => {
    const { ssoAdmin } = plane.as("admin");
    const spaced = new CreateTrustedTokenIssuerCommand(issuer("spaced", { Name: "My issuer" }));
    const error = await caught(ssoAdmin.send(spaced));
    assert.equal(error.name, "ValidationException");
    assert.match(error.message, /Value 'My issuer' at 'name' failed to satisfy constraint: .*pattern/);
    const jwt = {
      ClaimAttributePath: "email",
      IdentityStoreAttributePath: "emails.value",
      JwksRetrievalOption: "OPEN_ID_DISCOVERY" as const,
    };
    const query = new CreateTrustedTokenIssuerCommand(
      issuer("query", {
        TrustedTokenIssuerConfiguration: {
          OidcJwtConfiguration: { ...jwt, IssuerUrl: "https://issuer.example.com/?tenant=a" },
        },
      }),
    );
    assert.match((await caught(ssoAdmin.send(query))).message, /oidcJwtConfiguration\.issuerUrl/);
  });
});

describe("trusted token issuers of an instance", () => {
  it("are at most ten", async () => {
    const own = await startControlPlane();
    try {
      const { ssoAdmin } = own.as("admin");
      const input = (name: string) => ({ ...issuer(name), InstanceArn: own.instanceArn });
      for (let number = 0; number < 10; number++) {
        await ssoAdmin.send(new CreateTrustedTokenIssuerCommand(input(`issuer-${number}`)));
      }
      const error = await caught(ssoAdmin.send(new CreateTrustedTokenIssuerCommand(input("issuer-10"))));
      assert.equal(error.name, "ServiceQuotaExceededException");
    } finally {
      await own.close();
    }
  });

  it("are listed page by page, and a token of another list is refused", async () => {
    const own = await startControlPlane();
    try {
      const { ssoAdmin } = own.as("admin");
      const names = ["a", "b", "c", "d", "e"];
      for (const name of names) {
        await ssoAdmin.send(
          new CreateTrustedTokenIssuerCommand({ ...issuer(name), InstanceArn: own.instanceArn }),
        );
      }
      const seen: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = await ssoAdmin.send(
          new ListTrustedTokenIssuersCommand({ InstanceArn: own.instanceArn, MaxResults: 2, NextToken }),
        );
        seen.push(...(page.TrustedTokenIssuers ?? []).map(({ Name }) => Name));
        NextToken = page.NextToken;
      } while (NextToken);
      assert.deepEqual(seen, names);
      const foreign = new ListTrustedTokenIssuersCommand({
        InstanceArn: own.instanceArn,
        NextToken: "bm9uc2Vuc2U",
      });
      assert.equal((await caught(ssoAdmin.send(foreign))).name, "ValidationException");
    } finally {
      await own.close();
    }
  });
});

describe("callers who may not", () => {
  it("another account is denied", async () => {
    const arn = await create("private");
    const { ssoAdmin } = plane.as("other");
    const input = { TrustedTokenIssuerArn: arn };
    const describeError = await caught(ssoAdmin.send(new DescribeTrustedTokenIssuerCommand(input)));
    assert.equal(describeError.name, "AccessDeniedException");
    const createError = await caught(ssoAdmin.send(new CreateTrustedTokenIssuerCommand(issuer("intruder"))));
    assert.equal(createError.name, "AccessDeniedException");
    await plane.as("admin").ssoAdmin.send(new DeleteTrustedTokenIssuerCommand(input));
  });

  it("a principal without permission is denied, by name and action", async () => {
    const { ssoAdmin } = plane.as("nobody");
    const error = await caught(ssoAdmin.send(new CreateTrustedTokenIssuerCommand(issuer("denied"))));
    assert.equal(error.name, "AccessDeniedException");
    assert.match(error.message, /user\/nobody is not authorized to perform: sso:CreateTrustedTokenIssuer/);
  });

  it("a request to another region finds no instance", async () => {
    const { ssoAdmin } = plane.as("admin", "eu-west-1");
    const error = await caught(ssoAdmin.send(new CreateTrustedTokenIssuerCommand(issuer("elsewhere"))));
    assert.equal(error.name, "ResourceNotFoundException");
  });
});
