// Owns the outbox in the console: which mail waits, is late, was sent or given up, one of them, trying it again, and giving it up.
// No page has a link of a mail: those are made when one is sent, and stand nowhere.
import { giveMailUp, listMails, mailStatus, retryMail, showMail } from "../../admin/operations/mail.ts";
import { OperationError } from "../../errors.ts";
import { nameOfId } from "../../input/account_name.ts";
import { mailStates } from "../../mail/outbox_store.ts";
import type { Action, Banner, Cell, Field } from "../../views/parts.ts";
import { inPageWords } from "../fault_words.ts";
import { ageText, faultWords, kindLabel, stateCell, stateLabels } from "../mail_words.ts";
import { may, type Place, param, pathOf, type Visit, withQuery } from "../place.ts";
import { momentOr, momentText } from "../words.ts";
import { confirmPlace } from "./confirm_place.ts";
import { asksFor, listCard, pageOf } from "./list_page.ts";
import { organizationPath } from "./organizations.ts";
import { personPath } from "./people.ts";

const path = "/console/mail";
const mailPath = (mail: string): string => pathOf(`${path}/:mail`, { mail });
const actPath = (mail: string, act: string): string => pathOf(`${path}/:mail/${act}`, { mail });

/** The list of a person's mail. */
export const mailOf = (user: string): string => withQuery(path, { person: nameOfId(user) });

type Mail = Awaited<ReturnType<typeof showMail>>;

const filters: Field[] = [
  {
    id: "state",
    label: "State",
    type: "select",
    options: [
      { value: "", label: "Any" },
      ...mailStates.map((value) => ({ value, label: stateLabels[value] })),
    ],
  },
  { id: "person", label: "Person: id or address", type: "search" },
];

/** The outbox. */
export const mailsPlace: Place = {
  path,
  section: "mail",
  operation: listMails,
  async show(visit) {
    const { query, context, now } = visit;
    const asked = { ...asksFor(query, { state: "state", user: "person" }), ...pageOf(query) };
    const found = await listMails(context, asked).catch((error: unknown) => {
      // Whoever is asked for stands in the address: that nobody is called so is said beside the filter.
      if (error instanceof OperationError && ["account_not_found", "account_ambiguous"].includes(error.code))
        return error;
      throw error;
    });
    const { mails, cursor } = found instanceof OperationError ? { mails: [], cursor: undefined } : found;
    const { message, fix } = found instanceof OperationError ? inPageWords(found) : { message: "", fix: "" };
    const refused = found instanceof OperationError ? found : undefined;
    return {
      head: { title: "Mail", lead: "What was written to people, newest first, and what became of it." },
      banners: await mailBanners(visit),
      ...(refused === undefined
        ? {}
        : {
            errors: {
              title: "This cannot be looked for",
              errors: [{ message: `${message} ${fix}` }],
              code: refused.code,
            },
          }),
      cards: [
        listCard({
          ...{ path, query, label: "Mail", one: "mail", several: "mails", filters, cursor },
          table: {
            caption: "Mail of the outbox",
            columns: [
              { label: "Mail" },
              { label: "State", kind: "state" },
              { label: "To" },
              { label: "Tried", kind: "number" },
              { label: "Made", kind: "number" },
            ],
            rows: mails.map((mail) => rowOf(mail, now)),
          },
          empty: {
            strong: "No mail yet",
            text: "What was sent stays a week, what was given up a month.",
          },
        }),
      ],
    };
  },
};

function rowOf(mail: Mail, now: Date): Cell[] {
  const why = mail.fault === null ? undefined : faultWords(mail.fault).what;
  return [
    { text: kindLabel(mail.kind), url: mailPath(mail.id), note: why },
    stateCell(mail),
    { text: mail.recipient },
    { text: String(mail.attempts) },
    { text: ageText(mail.createdAtMs, now), note: momentText(mail.createdAtMs, now) },
  ];
}

// A server that puts a mail off for some minutes is none that fails.
const lateMs = 600_000;

/** What of the outbox somebody should know who looks at something else: what is late, and what was given up. */
export async function mailBanners({ context, now, query }: Visit): Promise<Banner[]> {
  const { sends, waiting, late, failed } = await mailStatus(context);
  const given = withQuery(path, { state: "failed" });
  const waits = withQuery(path, { state: "waiting" });
  const banner = (text: string, url: string): Banner => ({
    ...{ tone: "warn", text },
    ...(query.get("state") === undefined ? { action: { label: "See which", url } } : {}),
  });
  return [
    ...(!sends && waiting > 0
      ? [banner("Mail waits, and this installation sends none: SMTP_URL is not set.", waits)]
      : []),
    ...(late === null || now.getTime() - late.createdAtMs < lateMs
      ? []
      : [
          banner(
            `Mail is late since ${momentText(late.createdAtMs, now)}. ${faultWords(late.fault).what}`,
            waits,
          ),
        ]),
    ...(failed === 0
      ? []
      : [
          banner(
            `${failed === 1 ? "One mail was" : `${failed} mails were`} given up in the last 24 hours: nobody got ${failed === 1 ? "it" : "them"}.`,
            given,
          ),
        ]),
  ];
}

/** One mail. */
export const mailPlace: Place = {
  path: `${path}/:mail`,
  section: "mail",
  operation: showMail,
  async show(visit) {
    const mail = await showMail(visit.context, { mail: param(visit, "mail") });
    const { now } = visit;
    const state = stateCell(mail);
    const retry: Action = { label: "Try again…", url: actPath(mail.id, "retry") };
    const giveUp: Action = { label: "Give up…", url: actPath(mail.id, "give-up"), kind: "danger" };
    const words = mail.fault === null ? undefined : faultWords(mail.fault);
    return {
      head: {
        title: kindLabel(mail.kind),
        crumbs: [{ label: "Mail", url: path }],
        badge: { text: state.text, tone: state.tone ?? "ok" },
        lead: `To ${mail.recipient}`,
        actions: [
          ...(mail.state === "failed" && may(visit, retryMail) ? [retry] : []),
          ...(mail.state === "waiting" && may(visit, giveMailUp) ? [giveUp] : []),
        ],
      },
      banners:
        words === undefined
          ? []
          : [{ tone: mail.state === "failed" ? "bad" : "warn", text: `${words.what} ${words.fix}`.trim() }],
      cards: [
        {
          title: "What became of it",
          parts: [
            {
              kv: {
                entries: [
                  { label: "To", cell: { text: mail.recipient } },
                  {
                    label: "Person",
                    cell:
                      mail.accountId === null
                        ? { text: "not known: who it is for is looked up when it is sent" }
                        : { text: mail.accountId, url: personPath(mail.accountId), code: true },
                  },
                  {
                    label: "Organization",
                    cell:
                      mail.tenantId === null
                        ? { text: "none" }
                        : { text: mail.tenantId, url: organizationPath(mail.tenantId) },
                  },
                  { label: "Made", cell: { text: momentText(mail.createdAtMs, now) } },
                  { label: "Tried", cell: { text: mail.attempts === 1 ? "once" : `${mail.attempts} times` } },
                  ...(mail.state === "waiting"
                    ? [{ label: "Tried next", cell: { text: momentOr(mail.nextAttemptAtMs, "never", now) } }]
                    : [
                        {
                          label: stateLabels[mail.state],
                          cell: { text: momentOr(mail.settledAtMs, "unknown", now) },
                        },
                      ]),
                  ...(mail.fault === null
                    ? []
                    : [{ label: "Last fault", cell: { text: mail.fault, code: true } }]),
                  { label: "Mail id", cell: { text: mail.id, code: true } },
                ],
              },
            },
          ],
        },
      ],
    };
  },
};

const crumbsOf = (mail: Mail) => [
  { label: "Mail", url: path },
  { label: kindLabel(mail.kind), url: mailPath(mail.id) },
];

/** Trying a mail again that was given up. */
export const retryMailPlace: Place = confirmPlace({
  ...{ path: `${path}/:mail/retry`, section: "mail", operation: retryMail },
  async ask(visit) {
    const mail = await showMail(visit.context, { mail: param(visit, "mail") });
    return {
      title: "Try the mail again",
      crumbs: crumbsOf(mail),
      what: `${kindLabel(mail.kind)}, to ${mail.recipient}, is tried as if it were new.`,
      consequences: ["A link in it is a new one."],
      undo: "As long as it waits it can be given up.",
      submitLabel: "Try again",
      cancelUrl: mailPath(mail.id),
    };
  },
  async act({ context, params }) {
    const { id } = await retryMail(context, { mail: params["mail"] });
    return { to: mailPath(id), news: "mail_retried" };
  },
});

/** Giving up a mail that waits. */
export const giveMailUpPlace: Place = confirmPlace({
  ...{ path: `${path}/:mail/give-up`, section: "mail", operation: giveMailUp },
  async ask(visit) {
    const mail = await showMail(visit.context, { mail: param(visit, "mail") });
    return {
      title: "Give the mail up",
      crumbs: crumbsOf(mail),
      what: `${kindLabel(mail.kind)}, to ${mail.recipient}, is tried no more.`,
      consequences: [
        "The person does not get it.",
        "What is being handed over at this moment is sent all the same.",
      ],
      undo: "It stays a month among what was given up, and can be tried again.",
      submitLabel: "Give up",
      cancelUrl: mailPath(mail.id),
    };
  },
  async act({ context, params }) {
    const { id } = await giveMailUp(context, { mail: params["mail"] });
    return { to: mailPath(id), news: "mail_given_up" };
  },
});
