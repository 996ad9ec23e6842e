// ListObjectsV2: keys in order, by prefix, folded at a delimiter, page by page. S3 API reference.
import { family } from "../../operation/operation.ts";
import { openBucket } from "./access.ts";

/** Entries of a page at most, whatever the caller says. */
const MOST = 1000;

type Input = {
  Bucket: string;
  ExpectedBucketOwner?: string;
  Prefix?: string;
  Delimiter?: string;
  MaxKeys?: number;
  ContinuationToken?: string;
  StartAfter?: string;
  EncodingType?: string;
  FetchOwner?: boolean;
};

export const listOperations = family("s3", {
  ListObjectsV2: {
    authorize: "operation",
    run(input: Input, context) {
      const { Prefix: prefix = "", Delimiter: delimiter = "", StartAfter = "" } = input;
      const keys: [string, readonly string[]][] = [["s3:prefix", [prefix]]];
      if (delimiter !== "") keys.push(["s3:delimiter", [delimiter]]);
      if (input.MaxKeys !== undefined) keys.push(["s3:max-keys", [String(input.MaxKeys)]]);
      const bucket = openBucket(context, input, "s3:ListBucket", undefined, keys);
      const size = Math.min(Math.max(input.MaxKeys ?? MOST, 0), MOST);
      const after =
        input.ContinuationToken === undefined
          ? StartAfter
          : Buffer.from(input.ContinuationToken, "base64url").toString();
      const found = [...context.world.s3Objects.values()]
        .filter((object) => object.bucket === bucket.name && object.key.startsWith(prefix))
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
      const entries = new Map<string, (typeof found)[number] | null>();
      for (const object of found) {
        const cut = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
        const name = cut < 0 ? object.key : object.key.slice(0, cut + delimiter.length);
        if (Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0) continue;
        entries.set(name, cut < 0 ? object : null);
      }
      const page = [...entries].slice(0, size);
      const more = entries.size > page.length && size > 0;
      const spell = (text: string) => (input.EncodingType === "url" ? encode(text) : text);
      return {
        Name: bucket.name,
        Prefix: spell(prefix),
        MaxKeys: size,
        KeyCount: page.length,
        IsTruncated: more,
        ...(delimiter !== "" && { Delimiter: spell(delimiter) }),
        ...(StartAfter !== "" && { StartAfter: spell(StartAfter) }),
        ...(input.EncodingType !== undefined && { EncodingType: input.EncodingType }),
        ...(input.ContinuationToken !== undefined && { ContinuationToken: input.ContinuationToken }),
        ...(more && { NextContinuationToken: Buffer.from(page.at(-1)?.[0] ?? "").toString("base64url") }),
        Contents: page.flatMap(([, object]) =>
          object === null
            ? []
            : [
                {
                  Key: spell(object.key),
                  LastModified: new Date(object.modifiedAtMs),
                  ETag: object.etag,
                  Size: object.size,
                  StorageClass: "STANDARD",
                  ...(input.FetchOwner === true && { Owner: { ID: bucket.accountId } }),
                },
              ],
        ),
        CommonPrefixes: page.flatMap(([name, object]) => (object === null ? [{ Prefix: spell(name) }] : [])),
      };
    },
  },
});

/** As a form spells it, but for `/`, which stays (S3 API reference, EncodingType). */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll("%2F", "/");
}
