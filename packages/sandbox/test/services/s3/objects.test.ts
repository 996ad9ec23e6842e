// Small S3 with AWS's own client: objects come back as they went in, keys are listed as S3 lists them, and nobody reaches
// another account's bucket or more than the policies allow.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { useControlPlane } from "../../support/control_plane.ts";
import { assertRefused } from "../../support/refusal.ts";

const plane = useControlPlane();
const Bucket = "customer-files";

function s3(credentials: "admin" | "other" | "nobody", secretAccessKey?: string): S3Client {
  const keys = plane.sandbox.seedResult.credentials[credentials];
  assert.ok(keys);
  return new S3Client({
    region: "us-east-1",
    endpoint: plane.sandbox.url,
    credentials: { ...keys, ...(secretAccessKey !== undefined && { secretAccessKey }) },
    maxAttempts: 1,
  });
}

const text = async (client: S3Client, Key: string, Range?: string) => {
  const answer = await client.send(
    new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) }),
  );
  return { ...answer, text: await answer.Body?.transformToString() };
};

describe("small S3", () => {
  test("keeps objects with their headers and metadata, whatever their key", async () => {
    const admin = s3("admin");
    await admin.send(new CreateBucketCommand({ Bucket }));
    for (const Key of ["a b/ä+%~!*'()&=?#.txt", "//twice//", "a/../b", "x".repeat(900)]) {
      const put = new PutObjectCommand({
        Bucket,
        Key,
        Body: `of ${Key}`,
        ContentType: "text/plain; charset=utf-8",
        CacheControl: "no-store",
        Metadata: { owner: "ada" },
      });
      const { ETag } = await admin.send(put);
      const got = await text(admin, Key);
      assert.equal(got.text, `of ${Key}`);
      assert.equal(got.ETag, ETag);
      assert.equal(got.ContentType, "text/plain; charset=utf-8");
      assert.equal(got.CacheControl, "no-store");
      assert.deepEqual(got.Metadata, { owner: "ada" });
      const head = await admin.send(new HeadObjectCommand({ Bucket, Key }));
      assert.equal(head.ContentLength, Buffer.byteLength(`of ${Key}`));
      await admin.send(new DeleteObjectCommand({ Bucket, Key }));
      await assert.rejects(text(admin, Key), { name: "NoSuchKey" });
    }
  });

  test("gives a part of an object, and takes a stream in chunks", async () => {
    const admin = s3("admin");
    const Body = Readable.from([Buffer.from("0123"), Buffer.from("456789")]);
    await admin.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: 10 }));
    const part = await text(admin, "stream", "bytes=2-4");
    assert.equal(part.text, "234");
    assert.equal(part.ContentRange, "bytes 2-4/10");
    assert.equal(part.$metadata.httpStatusCode, 206);
    assert.equal((await text(admin, "stream", "bytes=-3")).text, "789");
    await assert.rejects(text(admin, "stream", "bytes=20-"), { name: "InvalidRange" });
    assert.equal((await text(admin, "stream")).text, "0123456789");
    await admin.send(new DeleteObjectCommand({ Bucket, Key: "stream" }));
  });

  test("lists keys in order, by prefix, folded at a delimiter, page by page", async () => {
    const admin = s3("admin");
    const keys = ["a/1", "a/2", "a/b/3", "c", "d&<>"];
    for (const Key of keys) await admin.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const list = (more: Partial<ConstructorParameters<typeof ListObjectsV2Command>[0]> = {}) =>
      admin.send(new ListObjectsV2Command({ Bucket, ...more }));
    const named = (page: Awaited<ReturnType<typeof list>>) => [
      ...(page.Contents ?? []).map(({ Key }) => Key),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
    ];
    assert.deepEqual(named(await list()), keys);
    assert.deepEqual(named(await list({ Prefix: "a/", Delimiter: "/" })), ["a/1", "a/2", "a/b/"]);
    assert.deepEqual(named(await list({ Delimiter: "/" })), ["c", "d&<>", "a/"]);
    assert.deepEqual(named(await list({ StartAfter: "a/2" })), ["a/b/3", "c", "d&<>"]);
    assert.deepEqual(named(await list({ EncodingType: "url", Prefix: "d" })), ["d%26%3C%3E"]);
    const seen: unknown[] = [];
    for (let token: string | undefined, more = true; more; ) {
      const page = await list({ MaxKeys: 2, Delimiter: "/", ContinuationToken: token });
      seen.push(...named(page));
      [token, more] = [page.NextContinuationToken, page.IsTruncated === true];
    }
    assert.deepEqual(seen, ["c", "a/", "d&<>"]);
    await assert.rejects(admin.send(new DeleteBucketCommand({ Bucket })), { name: "BucketNotEmpty" });
    for (const Key of keys) await admin.send(new DeleteObjectCommand({ Bucket, Key }));
  });

  test("shows buckets to their account alone", async () => {
    const [admin, other] = [s3("admin"), s3("other")];
    const { Buckets } = await admin.send(new ListBucketsCommand({}));
    assert.deepEqual(
      Buckets?.map(({ Name }) => Name),
      [Bucket],
    );
    assert.deepEqual((await other.send(new ListBucketsCommand({}))).Buckets ?? [], []);
    assert.equal((await admin.send(new HeadBucketCommand({ Bucket }))).BucketRegion, "us-east-1");
    await admin.send(new PutObjectCommand({ Bucket, Key: "secret", Body: "secret" }));
    const refused = { name: "AccessDenied", status: 403, rule: "s3.bucketOwner" };
    for (const call of [
      () => text(other, "secret"),
      () => other.send(new PutObjectCommand({ Bucket, Key: "secret", Body: "mine" })),
      () => other.send(new DeleteObjectCommand({ Bucket, Key: "secret" })),
      () => other.send(new ListObjectsV2Command({ Bucket })),
      () => other.send(new DeleteBucketCommand({ Bucket })),
    ])
      await assertRefused(plane.sandbox, call(), refused);
    assert.equal((await text(admin, "secret")).text, "secret");
    const nobody = { name: "AccessDenied", status: 403, rule: "caller.identityPolicy" };
    await assertRefused(plane.sandbox, text(s3("nobody"), "secret"), nobody);
    await assertRefused(plane.sandbox, s3("nobody").send(new ListBucketsCommand({})), nobody);
    const owner = new GetObjectCommand({ Bucket, Key: "secret", ExpectedBucketOwner: "000000000000" });
    await assertRefused(plane.sandbox, admin.send(owner), { ...refused, rule: "s3.expectedBucketOwner" });
    await assert.rejects(other.send(new CreateBucketCommand({ Bucket })), { name: "BucketAlreadyExists" });
    await assert.rejects(admin.send(new CreateBucketCommand({ Bucket })), {
      name: "BucketAlreadyOwnedByYou",
    });
  });

  test("refuses what it does not do, and what is larger than it keeps, and wrong signatures as S3 does", async () => {
    const admin = s3("admin");
    await assert.rejects(admin.send(new GetObjectTaggingCommand({ Bucket, Key: "secret" })), {
      name: "NotImplemented",
    });
    const large = new PutObjectCommand({ Bucket, Key: "large", Body: Buffer.alloc(1024 * 1024 + 1) });
    await assertRefused(plane.sandbox, admin.send(large), {
      name: "EntityTooLarge",
      status: 400,
      rule: "s3.bounds",
    });
    const wrong = { name: "SignatureDoesNotMatch", status: 403, rule: "signature.mismatch" };
    await assertRefused(plane.sandbox, text(s3("admin", "wrong"), "secret"), wrong);
    await assert.rejects(admin.send(new CreateBucketCommand({ Bucket: "No_Bucket" })), {
      name: "InvalidBucketName",
    });
    await assert.rejects(admin.send(new ListObjectsV2Command({ Bucket: "not-there" })), {
      name: "NoSuchBucket",
    });
    await admin.send(new DeleteObjectCommand({ Bucket, Key: "secret" }));
    await admin.send(new DeleteBucketCommand({ Bucket }));
  });
});
