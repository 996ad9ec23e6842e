// Owns what the five details are called to people.

/** What the console's tab "Information for data accessor" calls them, as AWS's page for vendors has it. */
export const detailLabels = {
  applicationId: "Application ID",
  qRegion: "Application region",
  retrieverId: "Retriever ID",
  idcApplicationArn: "Data accessor application ARN",
  idcRegion: "IAM Identity Center region",
} as const;
