// Owns what commands that make papers work with: the store, and what the settings, or the running `tti dev`, say of us.
import type { OnboardingContext } from "../admin/operations/onboarding.ts";
import { type LocalContext, withAdministration } from "./administration.ts";
import { isvRoleArn } from "./dev/demo_content.ts";
import { findDevState } from "./dev/dev_state.ts";

/** Opens the store, does the work, and closes it. */
export function withOnboarding<T>(
  work: (context: LocalContext & OnboardingContext) => Promise<T>,
): Promise<T> {
  return withAdministration((context, config) => {
    const { mode, publicName, clientId } = config;
    const dev = mode === "development" ? findDevState(config.dataDir) : undefined;
    const ownRegistration = () => ({
      displayName: publicName,
      ownIssuer: dev?.addresses?.issuer ?? config.issuer,
      clientId,
      roleArn: config.roleArn ?? (dev === undefined ? undefined : isvRoleArn),
      local: mode === "development",
    });
    return work({ ...context, ownRegistration });
  });
}
