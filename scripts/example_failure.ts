// Owns what stands on pages where an error would name a value of the connection or the token at hand.

/** A failure's context of placeholders. */
export const exampleFailureContext = {
  tenantId: "`<tenantId>`",
  roleArn: "`<roleArn>`",
  idcApplicationArn: "`<idcApplicationArn>`",
  idcRegion: "`<idcRegion>`",
  qRegion: "`<qRegion>`",
  applicationId: "`<applicationId>`",
  token: { email: "`<email>`", iss: "`<iss>`", aud: "`<aud>`", kid: "`<kid>`" },
};
