// The manifests of deploy/kubernetes against the product: settings that exist and that production starts with, probes of
// addresses that are there, times that fit, pods that the restricted profile admits, and a network that is shut but for what
// is needed. Rendered by the real kustomize, and decoded strictly by Kubernetes's own types, where a machine has those.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import { readConfig } from "../../src/config.ts";
import { atNight } from "../support/at_night.ts";
import { readGiven } from "./given_settings.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "deploy/kubernetes");

interface Probe {
  httpGet: { path: string; port: string };
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}
interface Container {
  image: string;
  args: string[];
  ports?: { name: string; containerPort: number }[];
  env: { name: string; value: string }[];
  envFrom: { configMapRef: { name: string } }[];
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
  securityContext: Record<string, unknown>;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  startupProbe: Probe;
  readinessProbe: Probe;
  livenessProbe: Probe;
}
interface Pod {
  [member: string]: unknown;
  containers: Container[];
  securityContext: Record<string, unknown>;
  volumes: Record<string, unknown>[];
  terminationGracePeriodSeconds?: number;
}
interface Rule {
  from?: unknown[];
  to?: unknown[];
  ports: { port: string | number }[];
}
interface Manifest {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  configMapGenerator?: { literals: string[] }[];
  spec: {
    template: { metadata: { labels: Record<string, string> }; spec: Pod };
    selector: { matchLabels?: Record<string, string> } & Record<string, unknown>;
    replicas?: number;
    policyTypes: string[];
    ingress: Rule[];
    egress: Rule[];
    maxUnavailable: number;
    ports: { name: string; port: number; targetPort: string }[];
  };
}

const load = (path: string): Manifest[] =>
  (loadAll(readFileSync(path, "utf8")) as (Manifest | null)[]).filter((one) => one !== null);
const all = globSync(`${folder}/**/*.yaml`).sort().flatMap(load);
const find = (kind: string, name = "tti-provider"): Manifest =>
  all.find((one) => one.kind === kind && one.metadata?.name === name) ?? assert.fail(`no ${kind} ${name}`);

const deployment = find("Deployment").spec;
const job = find("Job", "tti-provider-migrate").spec;
const pods: Record<string, Pod> = { instance: deployment.template.spec, migrate: job.template.spec };
const containerOf = (pod: Pod | undefined): Container => pod?.containers[0] ?? assert.fail("no container");
const instance = containerOf(pods["instance"]);

const literals = all
  .flatMap(({ configMapGenerator = [] }) => configMapGenerator)
  .flatMap((one) => one.literals);
const shared = Object.fromEntries(literals.map((line) => line.split(/=(.*)/s).slice(0, 2)));
const settingsOf = ({ env }: Container): Record<string, string> => ({
  ...shared,
  ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
});

test("instances and the migration get settings that exist and that production starts with; secrets are files", () => {
  for (const pod of Object.values(pods)) {
    const config = readGiven(settingsOf(containerOf(pod)));
    assert.equal(config.trustedProxies, 1);
    assert.equal(config.databaseUrl, "postgres://tti@db/tti");
    for (const { value } of containerOf(pod).env.filter(({ name }) => name.endsWith("_FILE")))
      assert.ok(value.startsWith(`${containerOf(pod).volumeMounts[0]?.mountPath}/`), value);
  }
  assert.equal(
    all.some(({ kind }) => kind === "Secret"),
    false,
  );
  assert.deepEqual(containerOf(pods["migrate"]).args, ["migrate", "up"]);
});

test("what Kubernetes would put into the environment by itself, and the product would refuse, is left away", () => {
  const linked = { TTI_PROVIDER_SERVICE_HOST: "10.0.0.1", TTI_ISSUER: "https://login.example.com" };
  assert.throws(() => readConfig(linked), /TTI_PROVIDER_SERVICE_HOST: there is no such setting/);
  for (const pod of Object.values(pods)) assert.equal(pod["enableServiceLinks"], false);
});

test("ports, services and probes meet where the product listens", () => {
  const config = readGiven(settingsOf(instance));
  const ports = Object.fromEntries(
    (instance.ports ?? []).map(({ name, containerPort }) => [name, containerPort]),
  );
  assert.deepEqual(ports, { http: config.port, admin: config.adminPort });
  assert.equal(config.adminHost, "0.0.0.0");
  for (const name of ["tti-provider", "tti-provider-admin"]) {
    const { selector, ports: served } = find("Service", name).spec;
    for (const { targetPort } of served) assert.ok(targetPort in ports, targetPort);
    for (const [label, value] of Object.entries(selector))
      assert.equal(deployment.template.metadata.labels[label], value);
  }
  const routes = readFileSync(join(root, "src/public_routes.ts"), "utf8");
  for (const { httpGet } of [instance.startupProbe, instance.readinessProbe, instance.livenessProbe]) {
    assert.ok(routes.includes(`router.get("${httpGet.path}"`), httpGet.path);
    assert.equal(httpGet.port, "http");
  }
  assert.equal(instance.readinessProbe.httpGet.path, "/health/ready");
  // A database that is away is no reason to restart.
  assert.equal(instance.livenessProbe.httpGet.path, "/health/live");
});

test("a stop is noticed before it refuses, and ends before it is killed; a budget leaves one instance", () => {
  const { shutdownDelaySeconds, shutdownLimitSeconds } = readGiven(settingsOf(instance));
  assert.ok((pods["instance"]?.terminationGracePeriodSeconds ?? 0) > shutdownLimitSeconds);
  const { periodSeconds, failureThreshold } = instance.readinessProbe;
  assert.ok(shutdownDelaySeconds > periodSeconds * failureThreshold + 2);
  // The delay is cut at half of the limit.
  assert.ok(shutdownLimitSeconds >= 2 * shutdownDelaySeconds);
  assert.ok((deployment.replicas ?? 0) >= 2);
  const budget = find("PodDisruptionBudget").spec;
  assert.ok(budget.maxUnavailable < (deployment.replicas ?? 0));
  assert.deepEqual(budget.selector.matchLabels, deployment.selector.matchLabels);
});

test("pods are what the restricted profile of Pod Security admits, as the user of the image", () => {
  const user = Number(/^USER (\d+):/m.exec(readFileSync(join(root, "Dockerfile"), "utf8"))?.[1]);
  for (const pod of Object.values(pods)) {
    assert.deepEqual(pod.securityContext, {
      ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
      seccompProfile: { type: "RuntimeDefault" },
    });
    assert.equal(pod["automountServiceAccountToken"], false);
    for (const member of ["hostNetwork", "hostPID", "hostIPC", "initContainers"])
      assert.equal(pod[member], undefined);
    for (const volume of pod.volumes) assert.deepEqual(Object.keys(volume).sort(), ["name", "secret"]);
    for (const { securityContext, resources } of pod.containers) {
      assert.deepEqual(securityContext, {
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        capabilities: { drop: ["ALL"] },
      });
      assert.ok(resources.requests["memory"] && resources.requests["cpu"] && resources.limits["memory"]);
    }
  }
});

test("the network is shut but for whom and what is named", () => {
  const { policyTypes, ingress, egress, podSelector } = find("NetworkPolicy")
    .spec as never as Manifest["spec"] & {
    podSelector: { matchLabels: Record<string, string> };
  };
  assert.deepEqual(policyTypes, ["Ingress", "Egress"]);
  for (const { template } of [deployment, job])
    for (const [label, value] of Object.entries(podSelector.matchLabels))
      assert.equal(template.metadata.labels[label], value);
  for (const { from = [], ports } of ingress) assert.ok(from.length > 0 && ports.length === 1);
  for (const { to = [], ports } of egress) assert.ok(to.length > 0 && ports.length > 0);
  assert.deepEqual(
    ingress.map(({ ports }) => ports[0]?.port),
    ["http", "admin"],
  );
  assert.doesNotMatch(JSON.stringify(ingress), /ipBlock|\{\}/);
  assert.match(JSON.stringify(egress), /"except":\["169\.254\.0\.0\/16"\]/);
});

const missing = (program: string, ...words: string[]) =>
  spawnSync(program, words).error === undefined ? false : `${program} is not on this machine`;

describe("the manifests, rendered", { skip: missing("kubectl", "version", "--client") }, () => {
  const render = (path: string) =>
    execFileSync("kubectl", ["kustomize", join(folder, path)], { encoding: "utf8" });

  it("hang together: what a pod names is there, in one namespace, of one image", () => {
    const rendered = [render("example"), render("example/migrate")];
    const found = rendered.map((text) => loadAll(text) as (Manifest & { metadata: { namespace: string } })[]);
    const maps = found.map((some) => some.find(({ kind }) => kind === "ConfigMap")?.metadata.name);
    assert.equal(maps[0], maps[1]);
    const containers = found
      .flat()
      .flatMap(({ kind, spec }) => (/Deployment|Job/.test(kind) ? spec.template.spec.containers : []));
    for (const { envFrom, image } of containers) {
      assert.equal(envFrom[0]?.configMapRef.name, maps[0]);
      assert.equal(image, containers[0]?.image);
    }
    assert.deepEqual([...new Set(found.flat().map(({ metadata }) => metadata.namespace))], ["tti"]);
    // Labels of ours stand in no selector of others: kustomize writes them there if it is let.
    const policy = found.flat().find(({ kind }) => kind === "NetworkPolicy");
    assert.deepEqual(policy?.spec.egress[0]?.to, find("NetworkPolicy").spec.egress[0]?.to);
  });

  const noGo = atNight ? missing("go", "version") : "once a night: Kubernetes's types take minutes to build";
  it("are what Kubernetes's own types say, to the last member", { skip: noGo }, () => {
    const input = [render("example"), render("example/migrate")].join("---\n");
    const proof = fileURLToPath(new URL("kubernetes_types/", import.meta.url));
    const words = ["run", "-mod=mod", "."];
    const output = execFileSync("go", words, { cwd: proof, input, encoding: "utf8", timeout: 600_000 });
    assert.equal(output.trim(), "10 objects");
    const wrong = input.replace("periodSeconds: 10", "periodSecond: 10");
    assert.throws(
      () => execFileSync("go", words, { cwd: proof, input: wrong, stdio: "pipe" }),
      /periodSecond/,
    );
  });
});
