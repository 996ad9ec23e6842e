// Objects: put, get, head, delete. Small, unversioned, one part. S3 API reference.
import { createHash } from "node:crypto";
import { family, type OperationContext } from "../../operation/operation.ts";
import { type S3Object, storeKey } from "../../state/index.ts";
import { getObject, openBucket } from "./access.ts";
import { refuse } from "./refuse.ts";

/** Bytes of an object at most; AWS: 5 GB in one part. */
const MOST_BYTES = 1024 * 1024;
/** Objects, and their bytes, of all buckets together at most. */
const MOST_OBJECTS = 1000;
const MOST_BYTES_TOGETHER = 16 * 1024 * 1024;
/** Members that are kept with an object and come back with it. */
const KEPT = ["CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "Expires"] as const;

type ObjectInput = { Bucket: string; Key: string; ExpectedBucketOwner?: string };
type GetInput = ObjectInput & { Range?: string };
type PutInput = ObjectInput & {
  Body?: Uint8Array;
  ContentType?: string;
  ContentMD5?: string;
  Metadata?: Record<string, string>;
} & { [name in (typeof KEPT)[number]]?: string | Date };

export const objectOperations = family("s3", {
  PutObject: {
    authorize: "operation",
    run(input: PutInput, context) {
      const { name: bucket } = openBucket(context, input, "s3:PutObject", input.Key);
      const content = Buffer.from(input.Body ?? new Uint8Array());
      const md5 = createHash("md5").update(content).digest();
      if (input.ContentMD5 !== undefined && input.ContentMD5 !== md5.toString("base64")) {
        throw refuse("BadDigest", "The Content-MD5 you specified did not match what we received.", {
          rule: "s3.contentMd5",
          why: "the body's MD5 is not the one of Content-MD5",
          fix: "Send the body that was digested.",
        });
      }
      assertRoom(context, bucket, input.Key, content.length);
      const given = KEPT.flatMap((name) => {
        const value = input[name];
        return value === undefined ? [] : [[name, value instanceof Date ? value.toUTCString() : value]];
      });
      const object: S3Object = {
        bucket,
        key: input.Key,
        content: content.toString("base64"),
        size: content.length,
        etag: `"${md5.toString("hex")}"`,
        contentType: input.ContentType ?? "binary/octet-stream",
        // Uploads in chunks are named as an encoding while they travel, and are none afterwards.
        headers: Object.fromEntries(
          given
            .map(([name, value]) => [name, String(value).replace(/^aws-chunked,?/, "")])
            .filter(([, value]) => value !== ""),
        ),
        metadata: input.Metadata ?? {},
        modifiedAtMs: context.clock().getTime(),
      };
      context.world.s3Objects.set(storeKey(bucket, input.Key), object);
      return { ETag: object.etag };
    },
  },

  GetObject: {
    authorize: "operation",
    run(input: GetInput, context) {
      const object = getObject(context, openBucket(context, input, "s3:GetObject", input.Key), input.Key);
      const content = Buffer.from(object.content, "base64");
      const range = rangeOf(input.Range, content.length);
      return {
        ...describe(object),
        Body: range === undefined ? content : content.subarray(range.start, range.end + 1),
        ContentLength: range === undefined ? content.length : range.end - range.start + 1,
        ...(range !== undefined && { ContentRange: `bytes ${range.start}-${range.end}/${content.length}` }),
      };
    },
  },

  HeadObject: {
    authorize: "operation",
    run(input: ObjectInput, context) {
      const object = getObject(context, openBucket(context, input, "s3:GetObject", input.Key), input.Key);
      return { ...describe(object), ContentLength: object.size };
    },
  },

  DeleteObject: {
    authorize: "operation",
    run(input: ObjectInput, context) {
      const { name } = openBucket(context, input, "s3:DeleteObject", input.Key);
      context.world.s3Objects.delete(storeKey(name, input.Key));
      return {};
    },
  },
});

function describe(object: S3Object) {
  return {
    ...object.headers,
    AcceptRanges: "bytes",
    ContentType: object.contentType,
    ETag: object.etag,
    LastModified: new Date(object.modifiedAtMs),
    ...(Object.keys(object.metadata).length > 0 && { Metadata: object.metadata }),
  };
}

/** @throws AwsError when the sandbox has no room: it is for small tests */
function assertRoom(context: OperationContext, bucket: string, key: string, bytes: number): void {
  if (bytes > MOST_BYTES) {
    throw refuse("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
      rule: "s3.bounds",
      why: `the object has ${bytes} bytes; the sandbox takes ${MOST_BYTES}`,
      fix: "Test with smaller objects.",
    });
  }
  const others = [...context.world.s3Objects.values()].filter(
    (each) => each.bucket !== bucket || each.key !== key,
  );
  const together = others.reduce((sum, { size }) => sum + size, bytes);
  if (others.length < MOST_OBJECTS && together <= MOST_BYTES_TOGETHER) return;
  throw refuse("ServiceQuotaExceeded", "The sandbox has no room for more objects.", {
    rule: "s3.bounds",
    why: `there would be ${others.length + 1} objects with ${together} bytes; the sandbox keeps ${MOST_OBJECTS} with ${MOST_BYTES_TOGETHER}`,
    fix: "Delete some.",
  });
}

/** One range (RFC 9110 section 14.1.2); several, or another unit, count as none. */
function rangeOf(text: string | undefined, length: number): { start: number; end: number } | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(text ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(length - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? length - 1 : Math.min(Number(last), length - 1);
  if (start <= end && start < length) return { start, end };
  throw refuse("InvalidRange", "The requested range is not satisfiable", {
    rule: "s3.range",
    why: `${text} is outside of the object's ${length} bytes`,
    fix: "Ask for bytes the object has.",
  });
}
