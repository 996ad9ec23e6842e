// S3 Access Grants as receiver of the identity-enhanced session: a user of the four calls gets the data he may read, and is
// refused what he may not; grants for groups, users, applications and roles; credentials of just the grant's scope.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { createAwsCalls } from "../../../src/probe/bench/aws_calls.ts";
import { ACCESS_ROLE, BUCKET, useAccessGrants } from "../../support/access_grants_world.ts";
import { type ControlAnswer, xml } from "../../support/s3_control.ts";
import {
  CUSTOMER_ACCOUNT,
  IDC_REGION,
  ISV_ROLE,
  type Keys,
  lastRequest,
  stepsOf,
} from "../../support/world.ts";

const world = useAccessGrants();

type Grant = {
  type?: "DIRECTORY_USER" | "DIRECTORY_GROUP" | "IAM";
  to: string;
  prefix: string;
  permission?: "READ" | "WRITE" | "READWRITE";
  application?: string;
  isObject?: boolean;
};

function create({ type = "DIRECTORY_USER", to, prefix, permission = "READ", application, isObject }: Grant) {
  const body = xml("CreateAccessGrantRequest", {
    AccessGrantsLocationId: "default",
    AccessGrantsLocationConfiguration: `<S3SubPrefix>${prefix}</S3SubPrefix>`,
    Grantee: `<GranteeType>${type}</GranteeType><GranteeIdentifier>${to}</GranteeIdentifier>`,
    Permission: permission,
    ApplicationArn: application,
    S3PrefixType: isObject === true ? "Object" : undefined,
  });
  return world.control(world.admin, "POST", "accessgrantsinstance/grant", body);
}

/** Runs with grants that are gone afterwards. */
async function withGrants(grants: readonly Grant[], run: () => Promise<void>): Promise<void> {
  const ids: string[] = [];
  try {
    for (const grant of grants) {
      const made = await create(grant);
      assert.equal(made.status, 200, made.message);
      ids.push(made.text("AccessGrantId"));
    }
    await run();
  } finally {
    for (const id of ids) await world.control(world.admin, "DELETE", `accessgrantsinstance/grant/${id}`);
  }
}

/** A session of the ISV's role that acts for a user: the first three of the four calls. */
async function sessionOf(user: string): Promise<Keys> {
  const steps = stepsOf(world.sandbox);
  const answer = await steps.exchange(await world.issuer.token({ email: `${user}@acme.example` }));
  return steps.enhanced(answer.awsAdditionalDetails?.identityContext ?? "");
}

const dataAccess = (keys: Keys, target: string, more: Record<string, string> = {}) =>
  world.control(keys, "GET", "accessgrantsinstance/dataaccess", "", { target, permission: "READ", ...more });

/** S3 with the credentials that Access Grants gave. */
async function opened(answer: ControlAnswer): Promise<S3Client> {
  assert.equal(answer.status, 200, answer.message);
  return world.s3({
    accessKeyId: answer.text("AccessKeyId"),
    secretAccessKey: answer.text("SecretAccessKey"),
    sessionToken: answer.text("SessionToken"),
  });
}

const read = async (s3: S3Client, Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body?.transformToString();

const denied = (call: Promise<unknown>) => assert.rejects(call, { name: "AccessDenied" });

describe("a session that acts for a user", () => {
  test("accessGrants.scope: required, ignore", async () => {
    const grants: Grant[] = [
      { type: "DIRECTORY_GROUP", to: world.groupId("engineering"), prefix: `${BUCKET}/engineering/*` },
    ];
    await withGrants(grants, async () => {
      const ask = async () =>
        (await dataAccess(await sessionOf("ada"), `s3://${BUCKET}/engineering/*`)).status;
      assert.equal(await ask(), 200);
      const { credentials, connections } = world.sandbox.seedResult;
      const aws = createAwsCalls({
        region: IDC_REGION,
        endpointUrl: world.sandbox.url,
        credentials: credentials["customer"] ?? { accessKeyId: "", secretAccessKey: "" },
      });
      const ApplicationArn = connections["example-isv"]?.idcApplicationArn;
      const Scope = "s3:access_grants:read_write";
      const { output } = await aws.call("sso-admin", "GetApplicationAccessScope", { ApplicationArn, Scope });
      const { AuthorizedTargets } = output;
      await aws.call("sso-admin", "DeleteApplicationAccessScope", { ApplicationArn, Scope });
      assert.equal(await ask(), 403);
      world.sandbox.control.setRule("accessGrants.scope", "ignore");
      assert.equal(await ask(), 200);
      world.sandbox.control.setRule("accessGrants.scope", "required");
      await aws.call("sso-admin", "PutApplicationAccessScope", { ApplicationArn, Scope, AuthorizedTargets });
      aws.close();
      assert.equal(await ask(), 200);
    });
  });

  test("gets what the user's group may read, and no more; another user gets nothing", async () => {
    const grants: Grant[] = [
      { type: "DIRECTORY_GROUP", to: world.groupId("engineering"), prefix: `${BUCKET}/engineering/*` },
    ];
    await withGrants(grants, async () => {
      const ada = await sessionOf("ada");
      const answer = await dataAccess(ada, `s3://${BUCKET}/engineering/*`);
      assert.equal(answer.text("MatchedGrantTarget"), `s3://${BUCKET}/engineering/*`);
      assert.equal(answer.text("GranteeType"), "DIRECTORY_GROUP");
      const s3 = await opened(answer);
      assert.equal(await read(s3, "engineering/design.txt"), "The engineering design.");
      const { Contents } = await s3.send(
        new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "engineering/" }),
      );
      assert.deepEqual(
        Contents?.map(({ Key }) => Key),
        ["engineering/design.txt", "engineering/plans/2027.txt"],
      );
      assert.equal(lastRequest(world.sandbox).onBehalfOf?.userName, "ada", "S3's log knows the user");
      await denied(read(s3, "hr/salaries.txt"));
      const { fix } = lastRequest(world.sandbox);
      assert.match(fix ?? "", /GetDataAccess's, for READ of s3:\/\/acme-files\/engineering\/\*/);
      assert.doesNotMatch(fix ?? "", /policy of/, "the role may read it all");
      await denied(s3.send(new ListObjectsV2Command({ Bucket: BUCKET })));
      await denied(s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "hr/" })));
      await denied(
        s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "engineering/design.txt", Body: "x" })),
      );
      await denied(s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "engineering/design.txt" })));

      const bob = await dataAccess(await sessionOf("bob"), `s3://${BUCKET}/engineering/*`);
      assert.equal(bob.status, 403);
      assert.equal(bob.code, "AccessDenied");
      assert.equal(
        bob.message,
        `You do not have READ permissions to the requested S3 Prefix: s3://${BUCKET}/engineering/*`,
      );
      assert.equal(lastRequest(world.sandbox).rule, "accessGrants.match");
    });
  });

  test("is refused other prefixes, a wider one, another permission, and one object of another's grant", async () => {
    const own = { to: world.userId("ada"), prefix: `${BUCKET}/ada/*` } as const;
    await withGrants([own], async () => {
      const ada = await sessionOf("ada");
      for (const target of [
        `s3://${BUCKET}/hr/*`,
        `s3://${BUCKET}/*`,
        `s3://${BUCKET}/ad*`,
        `s3://other/ada/*`,
        `s3://${BUCKET}*/ada/`,
        "s3://",
      ])
        assert.equal((await dataAccess(ada, target)).code, "AccessDenied", target);
      assert.equal(
        (await dataAccess(ada, `s3://${BUCKET}/ada/*`, { permission: "WRITE" })).code,
        "AccessDenied",
      );
      assert.equal((await dataAccess(ada, `s3://${BUCKET}/ada/notes.txt`)).status, 200);
    });
  });

  test("gets less than the grant when it asks for less", async () => {
    const own: Grant = {
      to: world.userId("ada"),
      prefix: `${BUCKET}/engineering/*`,
      permission: "READWRITE",
    };
    await withGrants([own], async () => {
      const ada = await sessionOf("ada");
      const minimal = await dataAccess(ada, `s3://${BUCKET}/engineering/plans/*`, { privilege: "Minimal" });
      assert.equal(minimal.text("MatchedGrantTarget"), `s3://${BUCKET}/engineering/plans/*`);
      const s3 = await opened(minimal);
      assert.equal(await read(s3, "engineering/plans/2027.txt"), "Plans.");
      await denied(read(s3, "engineering/design.txt"));
      await denied(s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "engineering/plans/x", Body: "x" })));
      const writing = await opened(
        await dataAccess(ada, `s3://${BUCKET}/engineering/*`, { permission: "WRITE" }),
      );
      await writing.send(new PutObjectCommand({ Bucket: BUCKET, Key: "engineering/new.txt", Body: "new" }));
      await denied(read(writing, "engineering/new.txt"));
      await writing.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "engineering/new.txt" }));
    });
  });

  test("of one object opens that object alone", async () => {
    const own: Grant = { to: world.userId("ada"), prefix: `${BUCKET}/hr/salaries.txt`, isObject: true };
    await withGrants([own], async () => {
      const ada = await sessionOf("ada");
      assert.equal((await dataAccess(ada, `s3://${BUCKET}/hr/salaries.txt`)).code, "AccessDenied");
      const s3 = await opened(
        await dataAccess(ada, `s3://${BUCKET}/hr/salaries.txt`, { targetType: "Object" }),
      );
      assert.equal(await read(s3, "hr/salaries.txt"), "Salaries.");
      await denied(s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "hr/" })));
    });
  });

  test("lists its grants, its groups' and its role's", async () => {
    const grants: Grant[] = [
      { to: world.userId("ada"), prefix: `${BUCKET}/ada/*`, permission: "READWRITE" },
      { type: "DIRECTORY_GROUP", to: world.groupId("engineering"), prefix: `${BUCKET}/engineering/*` },
      { type: "IAM", to: ISV_ROLE, prefix: `${BUCKET}/shared/*` },
      { to: world.userId("bob"), prefix: `${BUCKET}/bob/*` },
    ];
    await withGrants(grants, async () => {
      const list = async (user: string, query = {}) =>
        (
          await world.control(await sessionOf(user), "GET", "accessgrantsinstance/caller/grants", "", query)
        ).texts("GrantScope");
      assert.deepEqual(await list("ada"), [
        `s3://${BUCKET}/ada/*`,
        `s3://${BUCKET}/engineering/*`,
        `s3://${BUCKET}/shared/*`,
      ]);
      assert.deepEqual(await list("bob"), [`s3://${BUCKET}/shared/*`, `s3://${BUCKET}/bob/*`]);
      assert.deepEqual(await list("ada", { grantscope: `s3://${BUCKET}/eng*` }), [
        `s3://${BUCKET}/engineering/*`,
      ]);
    });
  });

  test("through another application than the grant's gets nothing", async () => {
    const own = world.sandbox.seedResult.connections["example-isv"]?.idcApplicationArn ?? "";
    const other = `${own.slice(0, -16)}0123456789abcdef`;
    await withGrants(
      [{ to: world.userId("ada"), prefix: `${BUCKET}/ada/*`, application: other }],
      async () => {
        assert.equal((await dataAccess(await sessionOf("ada"), `s3://${BUCKET}/ada/*`)).code, "AccessDenied");
      },
    );
    await withGrants([{ to: world.userId("ada"), prefix: `${BUCKET}/ada/*`, application: own }], async () => {
      assert.equal((await dataAccess(await sessionOf("ada"), `s3://${BUCKET}/ada/*`)).status, 200);
    });
  });

  test("whose identity context is over, or whose application lacks the scope, acts for nobody", async () => {
    await withGrants([{ to: world.userId("ada"), prefix: `${BUCKET}/ada/*` }], async () => {
      const ada = await sessionOf("ada");
      world.sandbox.control.expireIdentityContexts();
      assert.equal((await dataAccess(ada, `s3://${BUCKET}/ada/*`)).code, "AccessDenied");
      assert.match(lastRequest(world.sandbox).reason ?? "", /the identity context is over/);
    });
  });
});

test("a session without identity context has its role's grants alone, and says who asked as source identity", async () => {
  const grants: Grant[] = [
    { type: "IAM", to: ISV_ROLE, prefix: `${BUCKET}/engineering/*` },
    { to: world.userId("ada"), prefix: `${BUCKET}/ada/*` },
  ];
  await withGrants(grants, async () => {
    const plain = await stepsOf(world.sandbox).assumeRole();
    assert.equal((await dataAccess(plain, `s3://${BUCKET}/ada/*`)).code, "AccessDenied");
    const s3 = await opened(await dataAccess(plain, `s3://${BUCKET}/engineering/*`));
    const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "engineering/design.txt" }));
    assert.equal(head.ContentLength, 23);
    assert.equal(lastRequest(world.sandbox).onBehalfOf, null);
  });
});

test("another account needs the instance's resource policy", async () => {
  const { control, admin } = world;
  const path = "accessgrantsinstance/resourcepolicy";
  const kept = (await control(admin, "GET", path)).text("Policy");
  await withGrants([{ to: world.userId("ada"), prefix: `${BUCKET}/ada/*` }], async () => {
    await control(admin, "DELETE", path);
    try {
      const answer = await dataAccess(await sessionOf("ada"), `s3://${BUCKET}/ada/*`);
      assert.equal(answer.code, "AccessDenied");
      assert.equal(lastRequest(world.sandbox).rule, "accessGrants.resourcePolicy");
      assert.equal((await control(admin, "GET", path)).code, "AccessGrantsInstanceResourcePolicyNotExists");
    } finally {
      const body = xml("PutAccessGrantsInstanceResourcePolicyRequest", { Policy: kept });
      assert.equal((await control(admin, "PUT", path, body)).status, 200);
    }
  });
});

describe("an administrator", () => {
  test("gets, lists and deletes what was made", async () => {
    const { control, admin } = world;
    const instance = await control(admin, "GET", "accessgrantsinstance");
    assert.match(instance.text("AccessGrantsInstanceArn"), /:444455556666:access-grants\/default$/);
    assert.equal(
      instance.text("IdentityCenterInstanceArn"),
      world.sandbox.seedResult.identityCenters["acme"]?.instanceArn,
    );
    assert.match(
      instance.text("IdentityCenterApplicationArn"),
      /^arn:aws:sso::444455556666:application\/ssoins-/,
    );
    const instances = await control(admin, "GET", "accessgrantsinstances");
    assert.equal(instances.texts("AccessGrantsInstanceId").length, 1);
    const forPrefix = await control(admin, "GET", "accessgrantsinstance/prefix", "", {
      s3prefix: `s3://${BUCKET}`,
    });
    assert.equal(forPrefix.text("AccessGrantsInstanceId"), "default");

    const location = { LocationScope: `s3://${BUCKET}/hr*`, IAMRoleArn: ACCESS_ROLE };
    const path = "accessgrantsinstance/location";
    const made = await control(admin, "POST", path, xml("CreateAccessGrantsLocationRequest", location));
    const id = made.text("AccessGrantsLocationId");
    assert.equal(
      (await control(admin, "GET", `${path}/${id}`)).text("LocationScope"),
      location.LocationScope,
    );
    assert.equal((await control(admin, "GET", `${path}s`)).texts("AccessGrantsLocationId").length, 2);
    const grant = xml("CreateAccessGrantRequest", {
      AccessGrantsLocationId: id,
      Grantee: `<GranteeType>DIRECTORY_USER</GranteeType><GranteeIdentifier>${world.userId("ada")}</GranteeIdentifier>`,
      Permission: "READ",
    });
    const granted = await control(admin, "POST", "accessgrantsinstance/grant", grant);
    assert.equal(granted.text("GrantScope"), location.LocationScope);
    const grantId = granted.text("AccessGrantId");
    assert.equal(
      (await control(admin, "POST", "accessgrantsinstance/grant", grant)).code,
      "AccessGrantAlreadyExists",
    );
    assert.equal(
      (await control(admin, "GET", `accessgrantsinstance/grant/${grantId}`)).text("Permission"),
      "READ",
    );
    const listed = await control(admin, "GET", "accessgrantsinstance/grants", "", { permission: "READ" });
    assert.deepEqual(listed.texts("AccessGrantId"), [grantId]);
    const written = await control(admin, "GET", "accessgrantsinstance/grants", "", { permission: "WRITE" });
    assert.deepEqual(written.texts("AccessGrantId"), []);
    const update = xml("UpdateAccessGrantsLocationRequest", { IAMRoleArn: ACCESS_ROLE });
    assert.equal((await control(admin, "PUT", `${path}/${id}`, update)).status, 200);
    assert.equal((await control(admin, "DELETE", `${path}/${id}`)).code, "AccessGrantsLocationNotEmptyError");
    assert.equal(
      (await control(admin, "DELETE", "accessgrantsinstance")).code,
      "AccessGrantsInstanceNotEmptyError",
    );
    await control(admin, "DELETE", `accessgrantsinstance/grant/${grantId}`);
    assert.equal(
      (await control(admin, "GET", `accessgrantsinstance/grant/${grantId}`)).code,
      "NoSuchAccessGrantError",
    );
    assert.equal((await control(admin, "DELETE", `${path}/${id}`)).status, 200);
    assert.equal((await control(admin, "GET", `${path}/${id}`)).code, "NoSuchAccessGrantsLocationError");
  });

  test("is refused what AWS refuses, with the reason in the log", async () => {
    const { control, admin, sandbox } = world;
    const [path, grants] = ["accessgrantsinstance/location", "accessgrantsinstance/grant"];
    const location = (LocationScope: string, IAMRoleArn = ACCESS_ROLE) =>
      control(admin, "POST", path, xml("CreateAccessGrantsLocationRequest", { LocationScope, IAMRoleArn }));
    const refused = async (answer: Promise<ControlAnswer>, code: string, rule: string) => {
      assert.equal((await answer).code, code);
      assert.equal(lastRequest(sandbox).rule, rule);
      assert.ok(lastRequest(sandbox).fix);
    };
    const again = control(
      admin,
      "POST",
      "accessgrantsinstance",
      xml("CreateAccessGrantsInstanceRequest", {}),
    );
    await refused(again, "AccessGrantsInstanceAlreadyExists", "accessGrants.oneInstance");
    await refused(location("s3://"), "AccessGrantsLocationAlreadyExistsError", "accessGrants.oneLocation");
    await refused(location("files"), "InvalidAccessGrantsLocation", "accessGrants.locationScope");
    await refused(location(`s3://${BUCKET}/x*`, `${ACCESS_ROLE}-no`), "InvalidIamRole", "accessGrants.role");
    await refused(
      create({ to: "nobody", prefix: `${BUCKET}/*` }),
      "InvalidAccessGrant",
      "accessGrants.grantee",
    );
    const role = create({ type: "IAM", to: `${ISV_ROLE}-no`, prefix: `${BUCKET}/*` });
    await refused(role, "InvalidAccessGrant", "accessGrants.grantee");
    const object = create({ to: world.userId("ada"), prefix: `${BUCKET}/a*`, isObject: true });
    await refused(object, "InvalidAccessGrant", "accessGrants.grantScope");
    const many = create({ to: world.userId("ada"), prefix: `${BUCKET}*/ada/` });
    await refused(many, "InvalidAccessGrant", "accessGrants.grantScope");
    await refused(control(admin, "POST", grants, "<a>"), "MalformedXML", "input.syntax");
    const bomb = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>';
    await refused(control(admin, "POST", grants, bomb), "MalformedXML", "input.syntax");
    const noRegion = await (await import("../../support/s3_control.ts")).s3Control(
      sandbox.url,
      CUSTOMER_ACCOUNT,
      "us-west-2",
    )(admin, "GET", "accessgrantsinstance");
    assert.equal(noRegion.code, "AccessGrantsInstanceNotExistsError");
    const foreign = stepsOf(sandbox);
    await refused(
      control(await foreign.assumeRole(), "POST", grants, "<CreateAccessGrantRequest/>"),
      "InvalidRequest",
      "input.constraint",
    );
  });

  test("finds a location's role that does not trust S3 Access Grants at GetDataAccess", async () => {
    const { control, admin, sandbox } = world;
    const untrusting = `arn:aws:iam::${CUSTOMER_ACCOUNT}:role/s3ag`;
    const { CreateRoleCommand, IAMClient } = await import("@aws-sdk/client-iam");
    const iam = new IAMClient({ region: "us-east-1", endpoint: sandbox.url, credentials: admin });
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow",
        Principal: { Service: "access-grants.s3.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
    });
    await iam.send(new CreateRoleCommand({ RoleName: "half", AssumeRolePolicyDocument }));
    const update = (IAMRoleArn: string) =>
      control(
        admin,
        "PUT",
        "accessgrantsinstance/location/default",
        xml("UpdateAccessGrantsLocationRequest", { IAMRoleArn }),
      );
    await withGrants([{ to: world.userId("ada"), prefix: `${BUCKET}/ada/*` }], async () => {
      await update(untrusting.replace("s3ag", "half"));
      try {
        const answer = await dataAccess(await sessionOf("ada"), `s3://${BUCKET}/ada/*`);
        assert.equal(answer.code, "StsNotAuthorizedError");
        assert.match(answer.message ?? "", /not authorized to perform: sts:SetContext/);
      } finally {
        assert.equal((await update(untrusting)).status, 200);
      }
    });
  });

  test("without the directory has no directory grants: dissociated, and associated again", async () => {
    const { control, admin } = world;
    const path = "accessgrantsinstance/identitycenter";
    await withGrants([{ to: world.userId("ada"), prefix: `${BUCKET}/ada/*` }], async () => {
      await control(admin, "DELETE", path);
      assert.equal((await dataAccess(await sessionOf("ada"), `s3://${BUCKET}/ada/*`)).code, "AccessDenied");
      const IdentityCenterArn = world.sandbox.seedResult.identityCenters["acme"]?.instanceArn;
      const body = xml("AssociateAccessGrantsIdentityCenterRequest", { IdentityCenterArn });
      assert.equal((await control(admin, "POST", path, body)).status, 200);
      assert.equal((await dataAccess(await sessionOf("ada"), `s3://${BUCKET}/ada/*`)).status, 200);
    });
  });
});
