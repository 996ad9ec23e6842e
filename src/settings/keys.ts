// Owns the settings of the keys that sign tokens.
import { none, setting } from "./setting.ts";
import { integer, text } from "./setting_values.ts";

export const keysSettings = {
  kmsKeyId: setting<string | undefined>({
    name: "TTI_KMS_KEY_ID",
    doc: "AWS KMS key (id, ARN or alias; RSA_2048, SIGN_VERIFY) that signs instead of a key kept in the store. An alias moved to another key starts a rotation.",
    fallback: none,
    parse: text,
  }),
  keyPublishLeadSeconds: setting({
    name: "TTI_KEY_PUBLISH_LEAD",
    doc: "How long a signing key is published, at least, before it may sign, in seconds. How long AWS caches keys is not known; a day is what its guidance calls safe. The same for every instance.",
    defaultText: "`86400` (a day)",
    fallback: () => 86_400,
    parse: integer(600, 2_592_000),
  }),
  keySigningPeriodSeconds: setting({
    name: "TTI_KEY_SIGNING_PERIOD",
    doc: "How long a signing key signs before the next one takes over, in seconds; not shorter than `TTI_KEY_PUBLISH_LEAD`. The same for every instance.",
    defaultText: "`7776000` (90 days)",
    fallback: () => 7_776_000,
    parse: integer(600, 63_072_000),
  }),
};
