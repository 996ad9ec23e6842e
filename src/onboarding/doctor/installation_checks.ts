// Owns the judgement of this installation's own settings and store. Pure.
import type { ConfigError } from "../../config.ts";
import { StoreUnavailable } from "../../db/store_fault.ts";
import type { StoreFaultKind } from "../../db/store_fault_kinds.ts";
import type { OperationError } from "../../errors.ts";
import { faultOfAwsClient } from "../../provider/clients/aws_client.ts";
import { assumedAwsCacheSeconds } from "../../provider/keys/key_status.ts";
import { keyPolicyOf } from "../../provider/keys/policy.ts";
import { presencePolicyText } from "../../provider/presence/presence_policy.ts";
import { settings } from "../../settings.ts";
import { type Finding, failed, information, passed, warning } from "./finding.ts";
import type { Installation } from "./installation.ts";
import { type Answer, memberOf } from "./issuer_observation.ts";

/** Checks an installation. */
export function checkInstallation(installation: Installation): Finding[] {
  return [
    passed("settings", `the settings can be used (${installation.config.mode})`),
    checkSecrets(installation),
    ...checkApps(installation),
    ...installation.keys.warnings.map((message) =>
      warning("key_rotation", {
        message,
        cause: "Rotation waits, or somebody has to decide.",
        fix: "Run `tti key status`: it tells the whole.",
      }),
    ),
    checkRotationLead(installation),
    checkAwsClient(installation),
    checkDomainPolicy(installation),
    ...checkTenantDomains(installation),
    ...checkLogin(installation),
    ...checkSharedAddresses(installation),
    checkSignIns(installation),
    ...describePresence(installation),
  ];
}

/**
 * Checks what a running instance says of itself. One that does not answer has its own findings (`discovery`).
 * @param readiness its answer at `/health/ready`
 */
export function checkReadiness(readiness: Answer): Finding[] {
  const warnings = memberOf(readiness.json, "warnings");
  return (Array.isArray(warnings) ? warnings : []).map((told) =>
    warning("readiness", {
      message: String(told),
      cause: "A running instance saw it within the last hour.",
      fix: "Correct the setting it names and restart, or the clock: docs/operations.md, Behind a proxy, and Starting, stopping, and a store that fails.",
    }),
  );
}

/** The findings for settings that cannot be used: one for each. */
export function findConfigFaults(error: ConfigError): Finding[] {
  return error.faults.map(({ setting, problem, fix }) =>
    failed(setting === settings.secrets.name ? "secrets" : "settings", {
      message: `${setting}: ${problem}`,
      cause: "The provider refuses to start with it.",
      fix,
    }),
  );
}

const onlyWritesFail: ReadonlySet<string> = new Set(["read_only", "disk_full"] satisfies StoreFaultKind[]);

const kindOf = (error: OperationError) => (error instanceof StoreUnavailable ? error.kind : undefined);

/** The finding for a store that cannot be used. */
export function findStoreFault(error: OperationError): Finding {
  return failed("store", {
    message: error.message,
    cause: onlyWritesFail.has(kindOf(error) ?? "")
      ? "It can be read, and nothing can be written: nobody signs in, and no token is given."
      : "Nothing can be read or served without the store.",
    fix: error.fix,
  });
}

function checkSecrets({ config, unreadableKeys }: Installation): Finding {
  const [unreadable] = unreadableKeys;
  if (unreadable !== undefined) {
    return failed("secrets", {
      message: `${unreadableKeys.size} signing keys cannot be opened; ${unreadable[0]}: ${unreadable[1]}`,
      cause: "TTI_SECRETS lacks the secret that sealed them, or the rows are damaged.",
      fix: "Put the former secret back behind the new one, then run `tti key reseal`.",
    });
  }
  if (config.secrets.length > 0) return passed("secrets", "TTI_SECRETS opens every signing key");
  if (config.mode === "production") {
    return failed("secrets", {
      message: "TTI_SECRETS is not set",
      cause: "Signing keys and cookies would rest on a secret beside the data.",
      fix: "Make one with `openssl rand -base64 32` and keep it where you keep other secrets.",
    });
  }
  return information("secrets", "the secret is kept in the data directory: good for development only");
}

function checkApps({ config, apps: { old, unreadable } }: Installation): Finding[] {
  const findings: Finding[] = [];
  if (unreadable > 0) {
    findings.push(
      failed("factor_secrets", {
        message: `Authenticator apps that no secret of TTI_SECRETS opens: ${unreadable}`,
        cause: "A secret was dropped before they were sealed anew: their people's codes are not taken.",
        fix: "Put the former secret back behind the new one, restart, then run `tti key reseal`. If it is lost, they sign in with a recovery code, or `tti user reset-factors` lets them begin anew.",
      }),
    );
  }
  if (old > 0) {
    findings.push(
      warning("factor_secrets", {
        message: `Authenticator apps that only an older secret of TTI_SECRETS opens: ${old}`,
        cause: "Were it dropped now, their people's codes would not be taken.",
        fix: "Run `tti key reseal`, and keep the older secret until this is gone.",
      }),
    );
  }
  if (findings.length > 0 || config.secrets.length === 0) return findings;
  return [passed("factor_secrets", "the first of TTI_SECRETS opens every authenticator app")];
}

function checkRotationLead({ config }: Installation): Finding {
  const { publishLeadSeconds } = keyPolicyOf(config);
  const hours = (publishLeadSeconds / 3600).toFixed(0);
  if (publishLeadSeconds >= assumedAwsCacheSeconds)
    return passed("rotation_lead", `a new key is published ${hours} hours before it signs`);
  return warning("rotation_lead", {
    message: `A new key is published ${hours} hours before it signs`,
    cause:
      "How long AWS keeps a key set is not published: it may not know the key when the first token is signed with it.",
    fix: `Set ${settings.keyPublishLeadSeconds.name} to ${assumedAwsCacheSeconds} or more.`,
  });
}

function checkAwsClient({ config: { clientId }, awsClient }: Installation): Finding {
  const fault = faultOfAwsClient(clientId, awsClient);
  return fault === undefined
    ? passed("aws_client", `${clientId}, the audience registered with AWS, is a client here`)
    : failed("aws_client", fault);
}

function checkDomainPolicy({ config }: Installation): Finding {
  if (config.requireVerifiedDomain) {
    return passed(
      "domain_policy",
      "an address reaches a token only if its domain is verified for the tenant",
    );
  }
  return warning("domain_policy", {
    message: "TTI_REQUIRE_VERIFIED_DOMAIN is off",
    cause:
      "An address of one customer's domain in another customer's token is that person at the first customer's Identity Center.",
    fix: "Turn it on, and verify each customer's domains: tti domain add, tti domain verify.",
  });
}

function checkTenantDomains(installation: Installation): Finding[] {
  const { config, tenants, tenantsWithDomain, waitingDomains } = installation;
  if (!config.requireVerifiedDomain) return [];
  const without = tenants.filter(({ id }) => !tenantsWithDomain.has(id)).map(({ id }) => id);
  const waiting = without.filter((id) => waitingDomains.has(id));
  const unclaimed = without.filter((id) => !waitingDomains.has(id));
  const cause = "Their users can sign in nowhere and no token is made for them.";
  const findings: Finding[] = [];
  if (unclaimed.length > 0) {
    findings.push(
      warning("tenant_domains", {
        message: `No domain is verified for ${listed(unclaimed)}`,
        cause,
        fix: `Prove one: tti domain add DOMAIN --tenant ${unclaimed[0]}`,
      }),
    );
  }
  if (waiting.length > 0) {
    const claim = `${waitingDomains.get(waiting[0] ?? "")} --tenant ${waiting[0]}`;
    findings.push(
      warning("tenant_domains", {
        message: `A domain is claimed and waits for its proof: ${listed(waiting)}`,
        cause,
        fix: `When its TXT record is there (tti domain add tells it again): tti domain verify ${claim}`,
      }),
    );
  }
  return findings;
}

function checkLogin({ config, tenants }: Installation): Finding[] {
  if (config.loginUrl !== undefined) return [];
  const stranded = tenants.filter(({ loginMethod }) => loginMethod === "handoff").map(({ id }) => id);
  if (stranded.length === 0) return [];
  return [
    warning("login_page", {
      message: `The users of ${listed(stranded)} log in at your page, and TTI_LOGIN_URL names none`,
      cause: "They can sign in nowhere.",
      fix: "Set TTI_LOGIN_URL, or let them log in here: tti tenant update --login both",
    }),
  ];
}

function checkSharedAddresses({ sharedAddresses }: Installation): Finding[] {
  const [first] = sharedAddresses;
  if (first === undefined) return [];
  const more = sharedAddresses.length > 1 ? `, and ${sharedAddresses.length - 1} more such addresses` : "";
  return [
    warning("shared_addresses", {
      message: `${first.accounts} members of ${first.tenantId} carry the address ${first.address}${more}`,
      cause: "Identity Center finds people by address: at AWS these accounts are one person.",
      fix: `Keep one of them: tti user list --tenant ${first.tenantId}, then tti member remove or tti user disable`,
    }),
  ];
}

function checkSignIns({ signIns: { refused, attacks } }: Installation): Finding {
  const told = `Attempts to sign in refused in the last hour: ${refused}`;
  if (attacks.length === 0) return passed("sign_in_attacks", `${told}; no attack was noticed`);
  const kinds = [...new Set(attacks)].map(
    (kind) => `${kind} (${attacks.filter((one) => one === kind).length})`,
  );
  return warning("sign_in_attacks", {
    message: `${told}; attacks were noticed: ${kinds.join(", ")}`,
    cause:
      "Somebody may be guessing, or has mailboxes flooded. Who guesses is slowed down; nobody is locked out.",
    fix: "See of what and from where: tti audit list --type sign_in.attacked, and --type attack.noticed",
  });
}

// Neither right nor wrong: what the customer agreed to. An operator should see it in one place.
function describePresence({ tenants }: Installation): Finding[] {
  return tenants
    .filter(({ presencePolicy: { name } }) => name === "offline" || name === "within")
    .map(({ id, presencePolicy }) => {
      const when =
        presencePolicy.name === "within"
          ? `up to ${presencePolicy.hours} hours after a user's last login`
          : "for every user who agreed to it";
      return information(
        "presence",
        `${id} is "${presencePolicyText(presencePolicy)}": back ends may act ${when}`,
      );
    });
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).join(", ");
  return ids.length > 5 ? `${shown} and ${ids.length - 5} more tenants` : shown;
}
