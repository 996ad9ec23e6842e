// Owns the page for the customer's security team: what the supplier can and cannot do, how to watch it, how to stop it. Pure.
import { type Customer, externalIdKey } from "./customer.ts";
import { code, type Paper, say, strong } from "./paper.ts";

/** The page. */
export function securityPage(customer: Customer): Paper {
  const { supplier, tenantId, tenantName } = customer;
  const name = supplier.displayName;
  return {
    title: `${name} and Amazon Q Business: for the security team of ${tenantName}`,
    parts: [
      {
        text: say`You let one IAM role of ${name}, ${code(supplier.roleArn)}, search one Amazon Q Business application as your users. ${name} says who the user is, by a signed token of ${code(supplier.issuer.issuer)}; IAM Identity Center finds the user by e-mail address. No password, key or secret changes hands.`,
      },
      { heading: "What it can do" },
      {
        list: [
          say`${code("qbusiness:SearchRelevantContent")} on this one application, for a user of it, with the user's own rights: it is answered passages of documents that this user may see, within the data sources you chose.`,
          say`Also while the user is not there, if ${name} makes a token then. What it holds at AWS for a user ends after about an hour and needs a new token.`,
          say`${strong("Name any of your users")} who is in Identity Center and may use the data accessor. You trust ${name} to name only those who are signed in with it, or agreed. This is the risk of the method; the authorization code is the other one.`,
        ],
      },
      { heading: "What it cannot do" },
      {
        list: [
          "See a document that the user it names may not see, or search without naming a user.",
          "Write, index, delete or configure anything; ask Amazon Q to chat; read other applications, buckets or accounts of yours.",
          say`Search for you in another customer's name, or the other way round: the permission holds only with the tag ${code("qbusiness-dataaccessor:ExternalId")} = ${code(tenantId)}.`,
          "Use a token twice: AWS takes each once, and only for this issuer and this supplier's client id.",
        ],
      },
      { heading: "Keep it small" },
      {
        list: [
          "User access: only the groups that need it. Data source access: only the sources that need it.",
          say`Keep the condition on ${code(externalIdKey)} in the application's policy. Without it the tag does not protect you: ${code("aws qbusiness get-policy --application-id ID")}.`,
          say`Grant nothing else to the role. If the application or Identity Center uses a key of your own, ${code("kms:Decrypt")} for the role, only with ${code("kms:ViaService")} = ${code("qbusiness.<region>.amazonaws.com")}.`,
        ],
      },
      { heading: "Watch it" },
      {
        text: say`In CloudTrail each exchange of a token is an event ${code("CreateTokenWithIAM")} of ${code("sso-oauth.amazonaws.com")}, with the user's id in ${code("additionalEventData")}. What is done with the session afterwards carries the user in ${code("userIdentity.onBehalfOf")} (${code("userId")}, ${code("identityStoreArn")}) beside the role ${code(supplier.roleArn)}. AWS does not say whether a search is recorded without data events of Amazon Q Business: try one, and look.`,
      },
      {
        list: [
          say`Whose id it is: ${code("aws identitystore describe-user --identity-store-id ID --user-id ID")}.`,
          say`Look into: the role without ${code("onBehalfOf")}, people who do not use ${name}, hours at which nobody works, many refusals.`,
        ],
      },
      { heading: "Stop it" },
      {
        list: [
          say`${strong("For one user")}: let only chosen users and groups use the data accessor, and leave them out. What ${name} holds for them ends within about an hour.`,
          say`${strong("At once, for everybody")}: delete the permission, which every search asks: ${code(`aws qbusiness disassociate-permission --application-id ID --statement-id ${customer.statementId}`)}; a statement that the console wrote has another id.`,
          say`${strong("For good")}: ${code("bash setup.sh --undo")} with the options it was set up with (it printed the whole command; ${code("--q-region REGION")} if Amazon Q Business is in another region than Identity Center), which removes permission, data accessor and, if nothing else relies on it, the trusted token issuer; or in the console the data accessor first, then the issuer.`,
          say`Tell ${name} as well: it ends what it holds on its side.`,
        ],
      },
    ],
  };
}
