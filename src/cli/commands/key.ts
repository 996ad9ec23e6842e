// The commands `tti key …`, publishing aside.
import { setTimeout as sleep } from "node:timers/promises";
import {
  type KeysContext,
  keyStatus,
  reseal as resealKeys,
  revoke as revokeKey,
  rotateInEmergency,
  rotate as rotateKeys,
} from "../../admin/operations/keys.ts";
import type { NewKeySource } from "../../provider/keys/rotate.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { withKeyAdministration } from "../key_administration.ts";
import type { Terminal } from "../terminal.ts";
import { publish } from "./key_publish.ts";
import { keyTable, momentText, statusText } from "./key_text.ts";

const list = defineCommand({
  name: "key list",
  summary: "list the signing keys",
  help: `Usage: tti key list [--all]

Lists the keys in the JWKS, the one that signs first.

  --all   also keys that have left it

Example:
  $ tti key list`,
  options: { all: { type: "boolean" } },
  run: ({ values, terminal }) =>
    withKeyAdministration(async (context) => {
      const { keys } = await keyStatus(context);
      const shown = keys.filter((key) => values.all || !["gone", "revoked"].includes(key.phase));
      if (shown.length === 0) terminal.say("There are no signing keys yet: the first instance makes one.");
      terminal.result({ keys: shown }, shown.length === 0 ? "" : keyTable(shown));
      return 0;
    }),
});

const status = defineCommand({
  name: "key status",
  summary: "say what each key does, and what each instance serves",
  help: `Usage: tti key status

For each key: since when it is published, when it may sign, the oldest valid token it may
have signed, what verifiers and AWS may have cached; for each instance heard from within
the last hour: when it was last seen, which key it signs with and which keys it lacks.
Exits 1 if something needs attention.

Example:
  $ tti key status`,
  options: {},
  run: ({ terminal }) =>
    withKeyAdministration(async (context) => {
      const told = await keyStatus(context);
      terminal.result(
        told,
        statusText(told, (text) => terminal.styleResult("bold", text)),
      );
      return told.warnings.length === 0 ? 0 : 1;
    }),
});

const rotate = defineCommand({
  name: "key rotate",
  summary: "let the next key sign sooner; --emergency: give up a leaked key now",
  help: `Usage: tti key rotate
       tti key rotate --emergency [--keep-next] [--no-wait]

Rotation goes by itself; this is for when you cannot wait. Without options nothing breaks:
the next key signs as soon as it has been published for the publish lead.

  --emergency        the current key has leaked: stop signing with it and take it out of
                     the JWKS now, and the next key with it; a new key signs at once.
                     Says what fails meanwhile and for how long
  --keep-next        in an emergency: the next key is safe, let it sign now
  --no-wait          do not wait until every instance follows
  --secret-lost      in an emergency: the secret that sealed the keys is lost for good; without
                     it, keys are changed only with a TTI_SECRETS that opens them
Where the new key comes from, if not from where keys are kept now:
  --create-kms-key   make one in AWS KMS (needs kms:CreateKey)
  --kms-key-id ID    this KMS key
  --local            the store, although TTI_KMS_KEY_ID is set

Example:
  $ tti key rotate --emergency`,
  options: {
    emergency: { type: "boolean" },
    "keep-next": { type: "boolean" },
    "no-wait": { type: "boolean" },
    "secret-lost": { type: "boolean" },
    "create-kms-key": { type: "boolean" },
    "kms-key-id": { type: "string" },
    local: { type: "boolean" },
  },
  run: ({ values, terminal }) => {
    const source = {
      kmsKeyId: values["kms-key-id"],
      createKmsKey: values["create-kms-key"],
      local: values.local,
    };
    const sources = Object.values(source).filter(Boolean).length;
    if (sources > 1) {
      throw new UsageError(
        "a new key comes from one place",
        "Give one of --create-kms-key, --kms-key-id, --local",
      );
    }
    if (values["keep-next"] && (!values.emergency || sources > 0)) {
      throw new UsageError("--keep-next means nothing here", "Use it with --emergency and no new key");
    }
    if (values["secret-lost"] && !values.emergency) {
      throw new UsageError("--secret-lost means nothing here", "Use it with --emergency");
    }
    return withKeyAdministration((context) =>
      values.emergency
        ? rotateNow(context, terminal, {
            keepNext: values["keep-next"] === true,
            source,
            wait: !values["no-wait"],
            secretLost: values["secret-lost"] === true,
          })
        : rotatePlanned(context, terminal, source),
    );
  },
});

const given = (source: NewKeySource) =>
  Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined));

async function rotatePlanned(
  context: KeysContext,
  terminal: Terminal,
  source: NewKeySource,
): Promise<number> {
  const rotation = await rotateKeys(context, given(source));
  const when = momentText(rotation.maySignAtMs, context.clock().getTime());
  terminal.result(rotation, `Key ${rotation.kid} signs from ${when}.`);
  if (rotation.replacedKid !== null)
    terminal.say(`It takes the place of ${rotation.replacedKid}, which is revoked.`);
  return 0;
}

async function rotateNow(
  context: KeysContext,
  terminal: Terminal,
  options: {
    keepNext: boolean;
    source: NewKeySource;
    wait: boolean;
    secretLost: boolean;
  },
): Promise<number> {
  const { keepNext, source, secretLost } = options;
  const rotation = await rotateInEmergency(context, { keepNext, secretLost, ...given(source) });
  terminal.say(
    `Revoked ${rotation.revokedKids.join(", ") || "nothing"}; ${rotation.kid} is to sign. What this breaks:`,
  );
  for (const sentence of rotation.effects.sentences) terminal.say(`- ${sentence}`);
  const behind = options.wait ? await waitForInstances(context, rotation.kid, terminal) : undefined;
  terminal.result(
    behind === undefined ? rotation : { ...rotation, instancesBehind: behind },
    behind?.length === 0 ? `Every live instance signs with ${rotation.kid}.` : `New key: ${rotation.kid}`,
  );
  return behind === undefined || behind.length === 0 ? 0 : 1;
}

/** Waits until every live instance signs with a key; answers those that still do not when the time is over. */
async function waitForInstances(context: KeysContext, kid: string, terminal: Terminal): Promise<string[]> {
  const { pollIntervalSeconds, clockSkewSeconds } = context.policy;
  const deadlineMs = context.clock().getTime() + (4 * pollIntervalSeconds + clockSkewSeconds + 5) * 1000;
  terminal.say("Waiting for every live instance to follow …");
  for (;;) {
    const { instances } = await keyStatus(context);
    const behind = instances.filter((instance) => instance.live && instance.signingKid !== kid);
    if (behind.length === 0) return [];
    if (context.clock().getTime() >= deadlineMs) {
      const ids = behind.map((instance) => instance.instanceId);
      terminal.say(`Still behind: ${ids.join(", ")}. Look at their logs, or stop them.`);
      return ids;
    }
    await sleep(1_000);
  }
}

const revoke = defineCommand({
  name: "key revoke",
  summary: "take a key that does not sign out of the JWKS now",
  help: `Usage: tti key revoke KID

Takes a next or previous key out of the JWKS and destroys its private half in the store.
The key that signs cannot be revoked alone: tti key rotate --emergency.

Example:
  $ tti key revoke NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs`,
  options: {},
  arguments: ["KID"],
  run: ({ arguments: [kid = ""], terminal }) =>
    withKeyAdministration(async (context) => {
      const revoked = await revokeKey(context, { kid });
      const until = momentText(revoked.validTokensUntilMs, context.clock().getTime());
      const tokens =
        until === ""
          ? "No valid token was signed with it."
          : `Its last tokens, valid until ${until}, are refused.`;
      terminal.result(revoked, `Revoked ${revoked.kid} (${revoked.phase}). ${tokens}`);
      return 0;
    }),
});

const reseal = defineCommand({
  name: "key reseal",
  summary: "seal private keys and authenticator apps with the first of TTI_SECRETS",
  help: `Usage: tti key reseal

After a new secret was put first in TTI_SECRETS of every instance: seals every private key
and the secret of every authenticator app with it, so that the former secret can be dropped.
May be run again at any time, also after it was stopped half-way. Exits 1 if an app's secret
was sealed with a secret that TTI_SECRETS does not hold.

Example:
  $ TTI_SECRETS="$NEW,$OLD" tti key reseal`,
  options: {},
  run: ({ terminal }) =>
    withKeyAdministration(async (context) => {
      const { resealed, unchanged, factors } = await resealKeys(context, {});
      const apps = { resealed: factors.resealed, unreadable: factors.unreadable };
      for (let after = factors.nextAfter; after !== null; ) {
        const { factors: more } = await resealKeys(context, { after });
        apps.resealed += more.resealed;
        apps.unreadable += more.unreadable;
        after = more.nextAfter;
      }
      const text = `Sealed anew: ${resealed.length}. Sealed by the first secret already: ${unchanged.length}. Authenticator apps sealed anew: ${apps.resealed}.`;
      terminal.result({ resealed, unchanged, factors: apps }, text);
      if (apps.unreadable === 0) return 0;
      terminal.say(
        `No secret of TTI_SECRETS opens ${apps.unreadable} authenticator apps. Put the former secret behind the new one and run this again; if it is lost, their people sign in with a recovery code, or tti user reset-factors lets them begin anew.`,
      );
      return 1;
    }),
});

export const keyCommands: readonly Command[] = [list, status, rotate, revoke, reseal, publish];
