// Owns making one Provider, whole: settings, model changes, log. It is rebuilt when the keys change, so nothing
// about a Provider may be set up anywhere else.
import Provider, { type Configuration, type JWKS, type KoaContextWithOIDC } from "oidc-provider";
import { OperationError, soonSeconds } from "../../errors.ts";
import { grantTypes, signInGrants } from "../../grants_and_scopes.ts";
import { logFailure, logFault, retryHeaders, sendError } from "../../http_errors.ts";
import type { Installation } from "../../installation.ts";
import { cleanPath } from "../../log_redaction.ts";
import type { ClientReader } from "../clients/client_reader.ts";
import { matchesEitherSecret } from "../clients/client_secret.ts";
import { isBoundAsRegistered } from "../clients/key_bound_tokens.ts";
import { isOwnClient, ownClient } from "../clients/own_clients.ts";
import { withholdFromDiscovery } from "../clients/pushed_requests.ts";
import { isRegisteredRedirect } from "../clients/redirect_uris.ts";
import { formerSecretOf } from "../clients/served_client_store.ts";
import { requestIdOf } from "../edge/pinned_request.ts";
import { registerGrants } from "../grants/register.ts";
import { continueLogoutAtIsv } from "../handoff/front_logout.ts";
import { bindInteractions } from "../interactions/browser_binding.ts";
import { deviceCodeGuards } from "../interactions/device_code_guards.ts";
import { fillInUserCode } from "../interactions/device_pages.ts";
import { forgiveHints } from "../interactions/logout_request.ts";
import { refuseForeignForms } from "../interactions/own_forms.ts";
import { createPageSources } from "../interactions/page_sources.ts";
import { needsConsent } from "../interactions/prompts.ts";
import { tellWhoStays } from "../interactions/stay_signed_in.ts";
import { changeModels } from "../library/internals.ts";
import { redeemInOneWrite } from "../library/one_write.ts";
import { storeTroubleAnswer } from "../library/token_error.ts";
import { refreshHandler, refreshParameters } from "../refresh/refresh_grant.ts";
import { tenantGrantMembers } from "../sessions/tenant_grant.ts";
import { createAdapterFactory } from "../storage/adapter.ts";
import { createCodeKeeper } from "../storage/code_store.ts";
import { createExchanger } from "../storage/exchange_store.ts";
import { putLogouts } from "../storage/logout_store.ts";
import { useIdOf } from "../storage/record_payload.ts";
import { createRecordOnce, deleteRecord } from "../storage/record_store.ts";
import { disclosedDetails } from "../subjects/claims.ts";
import { accountFinder } from "./account_finder.ts";
import { eventOfGiven, noteGrant, recordAnswer, watchAnswers } from "./answer_record.ts";
import { providerConfiguration } from "./configuration.ts";
import { describeServed, logOutcomes } from "./outcomes.ts";
import { recordSignIn } from "./sign_in_record.ts";

/** What every Provider of this process shares. */
export interface ProviderServices {
  clients: ClientReader;
  /** How the provider reaches other servers. */
  fetch: NonNullable<Configuration["fetch"]>;
  /** Has the outbox of logouts look, because something was put in. */
  logoutPut(): void;
}

/**
 * Makes a Provider.
 * @param jwks private keys, the signing one first
 */
export function buildProvider(
  installation: Installation,
  { clients, fetch, logoutPut }: ProviderServices,
  jwks: JWKS,
): Provider {
  const { db, clock, log, issuer, awsClientId, tenantClaim } = installation;
  const findAccount = accountFinder(installation);
  const provider = new Provider(
    issuer,
    providerConfiguration({
      ...installation,
      jwks,
      fetch,
      findAccount,
      adapter: createAdapterFactory({
        db,
        clock,
        onGrant: noteGrant,
        onLogout: logoutPut,
        findClientMetadata: async (clientId) =>
          isOwnClient(clientId)
            ? ownClient(clientId, { issuer, adminUrl: installation.adminUrl })
            : clients.findMetadata(clientId),
      }),
      pages: createPageSources({ db }),
    }),
  );
  // The edge has rewritten the forwarded headers to the truth (edge/pinned_request.ts).
  provider.proxy = true;
  const keepCode = createCodeKeeper(db);
  provider.use(async function answerForeseeably(ctx, next) {
    try {
      await next();
      describeServed(ctx as KoaContextWithOIDC);
      if (ctx.status === 503) {
        // Nothing came of it, and nothing could be recorded if the store is why.
        ctx.set(retryHeaders({ retryAfterSeconds: soonSeconds }));
        return;
      }
      if (ctx["oidc"] !== undefined) {
        await recordSignIn(installation, ctx as KoaContextWithOIDC);
        await recordAnswer({ db, clock, keepCode }, ctx as KoaContextWithOIDC);
      }
      if (ctx.status !== 404 || ctx.body != null) return;
      throw new OperationError("not_found", `There is nothing at ${ctx.method} ${cleanPath(ctx.path)}.`);
    } catch (error) {
      describeServed(ctx as KoaContextWithOIDC);
      await sendError(ctx, error, requestIdOf(ctx.req));
      if (ctx.status !== 503) return logFailure(log, ctx.req, error);
      // What failed may be the record of a refusal: programs that ask here read OAuth's words (RFC 6749 section 5.2), not ours.
      logFault(log, ctx.req, error, storeTroubleAnswer.error);
      if (ctx.accepts("json", "html") === "json") ctx.body = storeTroubleAnswer;
    }
  });
  changeModels(provider, {
    tenantClaim,
    grantMembers: tenantGrantMembers,
    tells: (client, scopes) =>
      disclosedDetails({ clientId: client.clientId, firstParty: !needsConsent(client) }, awsClientId, scopes),
    matchesSecret: (client, presented) =>
      matchesEitherSecret(client.clientSecret, formerSecretOf(client), presented, clock().getTime()),
    isRegisteredRedirect,
    isBoundAsRegistered,
    deviceCodes: deviceCodeGuards(installation),
    endSessionId: (id) => deleteRecord(db, "Session", id),
    async leaveApplication(application) {
      await putLogouts(db, [application], clock());
      logoutPut();
    },
    recordUse: (iss, jti, exp) =>
      createRecordOnce(db, "ReplayDetection", useIdOf(iss, jti), { iss, exp }, exp * 1000),
  });
  const exchange = createExchanger(db);
  const deps = { ...installation, exchange };
  provider.registerGrantType(grantTypes.refreshToken, refreshHandler(provider, deps, findAccount), [
    ...refreshParameters,
  ]);
  redeemInOneWrite(provider, signInGrants, (used, given, ctx) =>
    exchange({ used, given, event: ctx && eventOfGiven(ctx), now: clock() }),
  );
  bindInteractions(provider);
  registerGrants(provider, installation);
  tellWhoStays(provider);
  refuseForeignForms(provider);
  fillInUserCode(provider);
  forgiveHints(provider);
  withholdFromDiscovery(provider);
  if (installation.logoutUrl !== undefined)
    continueLogoutAtIsv(provider, installation, installation.logoutUrl);
  logOutcomes(provider, log);
  watchAnswers(provider);
  return provider;
}
