// sts GetSessionToken: temporary credentials of an IAM user or the account root. Needs no permission.
// STS API reference, GetSessionToken; IAM user guide, "Compare AWS STS credentials".
import { family, type OperationContext } from "../../operation/operation.ts";
import type { AccessKey } from "../../state/index.ts";
import { refuse } from "./refuse.ts";
import { newSessionToken, writeCredentials } from "./role_session.ts";

const DEFAULT_DURATION_SECONDS = 43_200;
/** Of the account root; a longer one is cut to it. */
const ROOT_DURATION_SECONDS = 3600;

type Input = { DurationSeconds?: number; SerialNumber?: string; TokenCode?: string };

/** The operations of this family. */
export const sessionTokenOperations = family("sts", {
  GetSessionToken: {
    authorize: "operation",
    run(input: Input, context: OperationContext) {
      const { caller } = context;
      if (caller.session !== null || caller.temporarySinceMs !== undefined) {
        throw refuse("AccessDenied", "Cannot call GetSessionToken with session credentials", {
          rule: "sts.sessionCaller",
          why: `GetSessionToken was signed by temporary credentials of ${caller.arn}`,
          fix: "Sign with the long-term keys of an IAM user; a role's credentials are temporary already.",
        });
      }
      if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
        throw refuse("AccessDenied", "MultiFactorAuthentication failed, unable to validate MFA code.", {
          rule: "sts.mfa",
          why: `${caller.arn} has no MFA device: the sandbox knows none`,
          fix: "Leave SerialNumber and TokenCode out.",
        });
      }
      const asked = input.DurationSeconds ?? DEFAULT_DURATION_SECONDS;
      const seconds = caller.user === null ? Math.min(asked, ROOT_DURATION_SECONDS) : asked;
      const issuedAtMs = context.clock().getTime();
      const expiresAtMs = issuedAtMs + seconds * 1000;
      const sessionToken = newSessionToken(context);
      const key: AccessKey = {
        accessKeyId: context.ids.accessKeyId("ASIA"),
        secretAccessKey: context.ids.secretAccessKey(),
        accountId: caller.accountId,
        holder: {
          type: "temporary",
          session: { sessionToken, userArn: caller.user?.arn ?? null, issuedAtMs, expiresAtMs },
        },
      };
      context.world.accessKeys.set(key.accessKeyId, key);
      return { Credentials: writeCredentials(key, sessionToken, expiresAtMs) };
    },
  },
});
