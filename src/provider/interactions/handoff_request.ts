// Owns what of an authorization request reaches the ISV's page, and whether a sign-in goes there. Pure.
import { clockToleranceSeconds } from "../../input/moment.ts";
import type { HandoffRequest } from "../handoff/login_handoff.ts";
import type { LoginMethod } from "../tenants/tenant_store.ts";
import type { InteractionState } from "./interaction.ts";

/**
 * Decides where a sign-in happens.
 * @param loginUrl the ISV's page, if there is one
 * @param tenantMethod login method of the tenant the request names, if it names one that exists
 */
export function goesToIsv(loginUrl: string | undefined, tenantMethod: LoginMethod | undefined): boolean {
  return loginUrl !== undefined && tenantMethod !== "local";
}

const passedOn = ["tenant", "tenant_hint", "login_hint", "acr_values", "ui_locales", "prompt"] as const;

/** Describes a sign-in to the ISV's page. */
export function describeForIsv(state: InteractionState, now: Date): HandoffRequest {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const params = Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = state.params.get(name);
      return value === undefined ? [] : [[name, value.slice(0, 1_024)]];
    }),
  );
  const maxAge = maxAgeOf(state);
  const wantsNewLogin = state.params.get("prompt")?.split(" ").includes("login") ?? false;
  const oldest = wantsNewLogin ? 0 : maxAge;
  // Clocks differ a little; a login made for this very request must not look older than the request.
  return {
    interaction: state.uid,
    client_id: state.client.clientId,
    client_name: state.client.clientName ?? state.client.clientId,
    ...params,
    ...(maxAge === undefined ? {} : { max_age: maxAge }),
    ...(oldest === undefined ? {} : { auth_time_after: nowSeconds - oldest - clockToleranceSeconds }),
  };
}

function maxAgeOf(state: InteractionState): number | undefined {
  const text = state.params.get("max_age");
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
