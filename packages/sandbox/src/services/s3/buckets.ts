// Buckets: create, delete, head, list. S3 API reference.
import { assertIdentityPolicy } from "../../operation/authorization.ts";
import { family } from "../../operation/operation.ts";
import { arnOf, openBucket } from "./access.ts";
import { refuse } from "./refuse.ts";

/** Buckets of all accounts together at most; AWS: 10,000 of an account. */
const MOST_BUCKETS = 100;
/** S3 user guide, "General purpose bucket naming rules". */
const BUCKET_NAME =
  /^(?!xn--|sthree-|amzn-s3-demo-bucket$)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const FIRST_REGION = "us-east-1";

type BucketInput = { Bucket: string; ExpectedBucketOwner?: string };
type CreateInput = { Bucket: string; CreateBucketConfiguration?: { LocationConstraint?: string } };
type ListInput = { MaxBuckets?: number; ContinuationToken?: string; Prefix?: string; BucketRegion?: string };

export const bucketOperations = family("s3", {
  CreateBucket: {
    authorize: (input: CreateInput) => arnOf(input.Bucket),
    run({ Bucket: name, CreateBucketConfiguration }: CreateInput, context) {
      const { s3Buckets } = context.world;
      if (!BUCKET_NAME.test(name)) {
        throw refuse("InvalidBucketName", "The specified bucket is not valid.", {
          rule: "s3.bucketName",
          why: `"${name.slice(0, 80)}" breaks the naming rules of buckets`,
          fix: "Use 3 to 63 small letters, digits, hyphens and dots.",
        });
      }
      const asked = CreateBucketConfiguration?.LocationConstraint;
      const region = asked === "EU" ? "eu-west-1" : (asked ?? FIRST_REGION);
      if (context.region !== FIRST_REGION && region !== context.region) {
        const message = `The ${asked ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`;
        throw refuse("IllegalLocationConstraintException", message, {
          rule: "s3.locationConstraint",
          why: `the request is signed for ${context.region} and asks for a bucket in ${region}`,
          fix: `Give CreateBucketConfiguration.LocationConstraint=${context.region}.`,
        });
      }
      const existing = s3Buckets.get(name);
      if (existing !== undefined) {
        const isOwn = existing.accountId === context.accountId;
        throw refuse(
          isOwn ? "BucketAlreadyOwnedByYou" : "BucketAlreadyExists",
          isOwn
            ? "Your previous request to create the named bucket succeeded and you already own it."
            : "The requested bucket name is not available.",
          {
            rule: "s3.bucketName",
            why: `account ${existing.accountId} has a bucket ${name}; names are unique over all accounts`,
            fix: "Choose another name.",
          },
        );
      }
      if (s3Buckets.size >= MOST_BUCKETS) {
        throw refuse("TooManyBuckets", "You have attempted to create more buckets than allowed", {
          rule: "s3.bounds",
          why: `the sandbox keeps ${MOST_BUCKETS} buckets at most`,
          fix: "Delete some.",
        });
      }
      s3Buckets.set(name, {
        name,
        accountId: context.accountId,
        region,
        createdAtMs: context.clock().getTime(),
      });
      return { Location: `/${name}`, BucketArn: arnOf(name) };
    },
  },

  DeleteBucket: {
    authorize: "operation",
    run(input: BucketInput, context) {
      const bucket = openBucket(context, input, "s3:DeleteBucket");
      const held = [...context.world.s3Objects.values()].filter(
        (object) => object.bucket === bucket.name,
      ).length;
      if (held > 0) {
        throw refuse("BucketNotEmpty", "The bucket you tried to delete is not empty", {
          rule: "s3.bucketEmpty",
          why: `${bucket.name} holds ${held} objects`,
          fix: "Delete its objects first.",
        });
      }
      context.world.s3Buckets.delete(bucket.name);
      return {};
    },
  },

  HeadBucket: {
    authorize: "operation",
    run(input: BucketInput, context) {
      const bucket = openBucket(context, input, "s3:ListBucket");
      return { BucketRegion: bucket.region, BucketArn: arnOf(bucket.name) };
    },
  },

  ListBuckets: {
    authorize: "operation",
    run({ MaxBuckets = 10_000, ContinuationToken = "", Prefix = "", BucketRegion }: ListInput, context) {
      assertIdentityPolicy(context, "s3:ListAllMyBuckets", undefined);
      const after = Buffer.from(ContinuationToken, "base64url").toString();
      const found = [...context.world.s3Buckets.values()]
        .filter(({ accountId }) => accountId === context.accountId)
        .filter(({ name, region }) => name.startsWith(Prefix) && region === (BucketRegion ?? region))
        .filter(({ name }) => name > after)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = found.slice(0, MaxBuckets);
      const last = page.at(-1);
      return {
        Buckets: page.map(({ name, region, createdAtMs }) => ({
          Name: name,
          CreationDate: new Date(createdAtMs),
          BucketRegion: region,
          BucketArn: arnOf(name),
        })),
        Owner: { ID: context.accountId },
        ...(Prefix !== "" && { Prefix }),
        ...(last !== undefined &&
          found.length > page.length && { ContinuationToken: Buffer.from(last.name).toString("base64url") }),
      };
    },
  },
});
