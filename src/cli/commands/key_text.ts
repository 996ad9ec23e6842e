// Owns how the key commands put keys, instances and moments into words.
import type { InstanceStatus, KeyStatus, KeyView } from "../../provider/keys/key_status.ts";
import { formatFields, formatTable } from "../terminal.ts";

const units = [
  { name: "day", ms: 86_400_000 },
  { name: "hour", ms: 3_600_000 },
  { name: "minute", ms: 60_000 },
  { name: "second", ms: 1_000 },
] as const;

/** Puts a moment into words: when, and how long from now. */
export function momentText(ms: number | null, nowMs: number): string {
  if (ms === null) return "";
  const when = new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  const distanceMs = Math.abs(ms - nowMs);
  const unit = units.find((candidate) => distanceMs >= candidate.ms);
  if (unit === undefined) return `${when} (now)`;
  const count = Math.round(distanceMs / unit.ms);
  const distance = `${count} ${unit.name}${count === 1 ? "" : "s"}`;
  return `${when} (${ms > nowMs ? `in ${distance}` : `${distance} ago`})`;
}

/** One line a key. */
export function keyTable(keys: readonly KeyView[]): string {
  const day = (ms: number | null): string =>
    ms === null ? "" : `${new Date(ms).toISOString().slice(0, 16)}Z`;
  return formatTable(
    keys.map((key) => ({
      KID: key.kid,
      STATE: key.phase,
      PUBLISHED: day(key.publishedSinceMs),
      SIGNS: neverSigned(key) ? "never" : day(key.maySignAtMs),
      UNTIL: day(key.stopsSigningAtMs),
      "IN JWKS UNTIL": day(key.leavesJwksAtMs),
      KEPT: key.kept === "kms" ? (key.kmsKeyId ?? "kms") : key.kept,
    })),
  );
}

/** The whole status. */
export function statusText(status: KeyStatus, signingStyle: (text: string) => string): string {
  const inJwks = status.keys.filter((key) => key.phase !== "gone" && !isForgotten(key, status.nowMs));
  const blocks = inJwks.map((key) => keyText(key, status, signingStyle));
  if (status.instances.length > 0) blocks.push(instanceTable(status.instances, status.nowMs));
  blocks.push(...status.warnings.map((warning) => `! ${warning}`));
  return blocks.join("\n\n");
}

// A revoked key matters for as long as somebody may still hold it.
function isForgotten(key: KeyView, nowMs: number): boolean {
  return key.phase === "revoked" && (key.outOfAwsCacheAtMs ?? 0) <= nowMs;
}

function neverSigned({ revokedAtMs, maySignAtMs }: KeyView): boolean {
  return revokedAtMs !== null && revokedAtMs < maySignAtMs;
}

function keyText(key: KeyView, status: KeyStatus, signingStyle: (text: string) => string): string {
  const at = (ms: number | null): string => momentText(ms, status.nowMs);
  const signs = key.kid === status.signingKid;
  const fields: [string, string][] = [["published since", at(key.publishedSinceMs)]];
  if (key.phase === "next") fields.push(["may sign at", at(key.maySignAtMs)]);
  else if (neverSigned(key)) fields.push(["signs", "never: revoked before its turn"]);
  else fields.push(["signs since", at(key.maySignAtMs)]);
  if (key.revokedAtMs !== null) fields.push(["revoked", at(key.revokedAtMs)]);
  else if (key.stopsSigningAtMs !== null) {
    fields.push([
      key.stopsSigningAtMs <= status.nowMs ? "stopped signing" : "stops signing",
      at(key.stopsSigningAtMs),
    ]);
    fields.push(["leaves the JWKS", at(key.leavesJwksAtMs)]);
  }
  if (key.phase !== "next" && !neverSigned(key))
    fields.push(["oldest valid token", at(key.oldestValidTokenMs) || "none"]);
  fields.push(["verifiers", cacheText(key, key.inEveryCacheAtMs, key.outOfEveryCacheAtMs, status.nowMs)]);
  fields.push(["AWS, probably", cacheText(key, key.inAwsCacheAtMs, key.outOfAwsCacheAtMs, status.nowMs)]);
  fields.push(["private half", key.kept === "kms" ? `AWS KMS ${key.kmsKeyId}` : key.kept]);
  const title = `${key.kid}  ${key.phase}${signs ? ", signs" : ""}`;
  return `${signs ? signingStyle(title) : title}\n${formatFields(fields.map(([name, value]) => [`  ${name}`, value]))}`;
}

// What a cache may hold: of a key in the JWKS, whether everybody has it; of one that left it, who still may.
function cacheText(key: KeyView, inMs: number, outMs: number | null, nowMs: number): string {
  const left = key.leavesJwksAtMs !== null && key.leavesJwksAtMs <= nowMs;
  if (!left) return inMs <= nowMs ? "have it" : `may lack it until ${momentText(inMs, nowMs)}`;
  if (outMs === null || outMs <= nowMs) return "hold it no more";
  return `may hold it until ${momentText(outMs, nowMs)}`;
}

function instanceTable(instances: readonly InstanceStatus[], nowMs: number): string {
  return formatTable(
    instances.map((instance) => ({
      INSTANCE: instance.instanceId,
      STATE: instance.live ? (instance.lacks.length === 0 ? "in step" : "behind") : "silent",
      SEEN: momentText(instance.seenAtMs, nowMs),
      "SIGNS WITH": instance.signingKid ?? "nothing",
      LACKS: instance.lacks.join(" "),
    })),
  );
}
