// Owns the defences of the OpenID Connect and OAuth surface: redirect matching, logout, refresh, registration.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "redirect-port-only-for-native",
    promise:
      "A redirect URI is compared byte by byte; only a native application's loopback address may name any port.",
    faults: ["O6"],
    cve: [1],
    file: "src/provider/clients/redirect_uris.ts",
    find: '  if (client.applicationType !== "native") return false;\n',
    replace: "",
    test: "test/provider/native_applications.test.ts",
  },
  {
    id: "redirect-matching-is-ours",
    promise: "localhost is no loopback address whose port may vary: its name may resolve elsewhere.",
    faults: ["O6"],
    cve: [1],
    file: "src/provider/clients/redirect_uris.ts",
    find: "(127\\.0\\.0\\.1|\\[::1\\])",
    replace: "(127\\.0\\.0\\.1|\\[::1\\]|localhost)",
    test: "test/provider/native_applications.test.ts",
  },
  {
    id: "private-scheme-is-a-domain",
    promise:
      "A scheme of an application's own is a domain name written backwards, never javascript: or data:.",
    faults: ["O6"],
    cve: [1, 24],
    file: "src/provider/clients/redirect_uris.ts",
    find: "(?:\\.[a-z0-9-]+)+:$",
    replace: "(?:\\.[a-z0-9-]+)*:$",
    test: "test/provider/native_applications.test.ts",
  },
  {
    id: "logout-names-the-session",
    promise:
      "A single logout names the session that ended, so that it ends one browser and not all of a person's.",
    faults: ["O1"],
    file: "src/provider/clients/client_store.ts",
    find: "  return { backchannel_logout_session_required: true, ...metadata };\n",
    replace: "  return metadata;\n",
    test: "test/provider/single_logout.test.ts",
  },
  {
    id: "client-secret-looks-random",
    promise: "A client secret that somebody else made is refused if it is plainly no random one.",
    faults: ["S12"],
    file: "src/admin/operations/client_advice.ts",
    find: "  if (new Set(secret).size < 8) return false;\n",
    replace: "  return true;\n",
    test: "test/admin/operations/client_registration.test.ts",
  },
];
