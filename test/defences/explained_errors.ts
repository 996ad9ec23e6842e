// The defences of the doctor: explaining an error that somebody copied, and asking an issuer that somebody named.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "pasted-secrets-dropped-first",
    promise: "A secret in an error that somebody pastes is dropped before anything else looks at the text.",
    file: "packages/exchange/src/decoder/decode_error.ts",
    find: "const { text, dropped } = dropSecrets(pasted.slice(0, mostErrorCharacters));",
    replace: "const text = pasted.slice(0, mostErrorCharacters);\n  const { dropped } = dropSecrets(text);",
    test: "packages/exchange/test/decoder/dropped_secrets.test.ts",
  },
  {
    id: "pasted-secrets-without-a-name",
    promise:
      "What is as long and random as a secret is dropped from a pasted error, even if nothing names it.",
    file: "packages/exchange/src/decoder/dropped_secrets.ts",
    find: "replace: (found) => (looksRandom(found) ? mark : undefined),",
    replace: "replace: (found) => (found.length > 1e9 && looksRandom(found) ? mark : undefined),",
    test: "packages/exchange/test/decoder/dropped_secrets.test.ts",
  },
  {
    id: "pasted-words-told-if-known",
    promise:
      "Of a pasted error only words are repeated that are known to be harmless, whatever else stands in it.",
    file: "packages/exchange/src/decoder/decode_error.ts",
    find: "const words = toldWords(read.words).slice(0, 300);",
    replace: "const words = read.words.slice(0, 300);",
    test: "packages/exchange/test/decoder/dropped_secrets.test.ts",
  },
  {
    id: "request-explained-in-own-trail",
    promise: "Whoever is bound to a tenant has a request explained from that tenant's trail only.",
    file: "src/audit/request_events_store.ts",
    find: 'if (tenantId !== undefined) events.where("tenant_id", tenantId);',
    replace: "void [events, tenantId];",
    test: "test/accessors/explained_error.test.ts",
  },
  {
    id: "doctor-asks-no-inside-address",
    promise: "What a public issuer's document names by an address inside our network is not asked for.",
    file: "src/onboarding/doctor/issuer_observation.ts",
    find: 'if (reach === "public" && literal !== undefined && isSpecialAddress(literal))',
    replace: 'if (reach === "public" && literal === "" && isSpecialAddress(literal))',
    test: "test/onboarding/doctor/issuer_service.test.ts",
  },
  {
    id: "doctor-asks-no-inside-name",
    promise:
      "What a public issuer's document names by a name that leads inside our network is not asked for.",
    file: "src/onboarding/doctor/issuer_observation.ts",
    find: '...(reach === "public" ? { lookup: lookupPublic } : {}),',
    replace: '...(reach !== "public" && reach !== "anywhere" ? { lookup: lookupPublic } : {}),',
    test: "test/onboarding/doctor/issuer_service.test.ts",
  },
  {
    id: "doctor-reads-a-bound",
    promise: "The doctor reads an issuer's answer to a bound, however long it is.",
    file: "src/onboarding/doctor/issuer_observation.ts",
    find: "if (size > mostBytes) request.destroy(",
    replace: "if (size > mostBytes && size < 0) request.destroy(",
    test: "test/onboarding/doctor/issuer_service.test.ts",
  },
];
