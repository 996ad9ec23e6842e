// The defences of how it is deployed: what the shipped files let a process, a network and a secret do.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "image-is-nobody",
    promise: "The image runs as a user that is not root, by number.",
    file: "Dockerfile",
    find: "USER 65532:65532",
    replace: "USER 0:0",
    test: "test/deploy/image.test.ts",
    name: "not root's",
  },
  {
    id: "builder-gets-no-secrets",
    promise: "Settings, stores and keys of a checkout never go into an image.",
    file: ".dockerignore",
    find: "**/*.env\n",
    replace: "",
    test: "test/deploy/image.test.ts",
    name: "no secret",
  },
  {
    id: "compose-keeps-the-console-here",
    promise: "Compose publishes the console to the machine itself, and to no other.",
    faults: ["I7"],
    file: "docker-compose.yml",
    find: "127.0.0.1:3001:3001",
    replace: "3001:3001",
    test: "test/deploy/compose.test.ts",
    name: "publishes the proxy",
  },
  {
    id: "kubernetes-shuts-the-network",
    promise: "On Kubernetes the provider's pods reach nothing, and nothing reaches them, but what is named.",
    file: "deploy/kubernetes/base/network-policy.yaml",
    find: "policyTypes: [Ingress, Egress]",
    replace: "policyTypes: [Egress]",
    test: "test/deploy/kubernetes.test.ts",
    name: "shut but for",
  },
  {
    id: "kubernetes-ends-before-killed",
    promise: "A supervisor that stops an instance waits longer than the instance takes at most.",
    faults: ["I14"],
    file: "deploy/kubernetes/base/deployment.yaml",
    find: "terminationGracePeriodSeconds: 50",
    replace: "terminationGracePeriodSeconds: 30",
    test: "test/deploy/kubernetes.test.ts",
    name: "before it is killed",
  },
  {
    id: "secrets-in-files",
    promise:
      "A database whose address cannot be read from its file is a refusal, and never the embedded store.",
    faults: ["I7"],
    file: "src/settings/store.ts",
    find: "    parse: databaseUrl,\n    fromFile: true,",
    replace: "    parse: databaseUrl,",
    test: "test/config.test.ts",
    name: "NAME_FILE",
  },
];
