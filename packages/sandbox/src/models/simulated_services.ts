// The services the sandbox simulates, as people and AWS's tools name them: the one list behind help texts, printed variables,
// the page and the fix of a call to another service. Which there are, and their ids, is the models' to say.
import { serviceIdOf } from "./index.ts";
import { type ServiceName, serviceNames } from "./shapes.ts";

/** A simulated service. */
export type SimulatedService = {
  name: ServiceName;
  /** As people write it. */
  title: string;
  /** What AWS's tools read its endpoint from, without `AWS_ENDPOINT_URL_`: the service id (AWS SDKs reference guide). */
  variable: string;
};

/** Where a service id reads badly, or says too little. */
const TITLES: Partial<Record<ServiceName, string>> = {
  identitystore: "Identity Store",
  qbusiness: "Q Business",
  sso: "SSO portal",
};

export const simulatedServices: readonly SimulatedService[] = serviceNames.map((name) => {
  const id = serviceIdOf(name);
  return { name, title: TITLES[name] ?? id, variable: id.toUpperCase().replaceAll(" ", "_") };
});

/** The services for a help text: lines of at most 90 characters. */
export const simulatedServicesText = simulatedServices
  .map(({ title }) => title.replaceAll(" ", "\u00a0"))
  .join(", ")
  .replace(/(.{1,90})(?: |$)/g, "$1\n")
  .trimEnd()
  .replaceAll("\u00a0", " ");
