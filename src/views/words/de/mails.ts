// Owns what mail says in German. It says "Sie", and names nobody by a name that somebody else could have chosen for them.
import type { FactorThing, MailFacts } from "../../mail_facts.ts";
import type { MailTexts } from "../en/mails.ts";

const forHours = (hours: number): string =>
  hours % 24 === 0 && hours > 24 ? `${hours / 24} Tage` : hours === 1 ? "eine Stunde" : `${hours} Stunden`;
const once = (hours: number): string => `Der Link gilt ${forHours(hours)} lang, und ein einziges Mal.`;
const notYou =
  "Wenn Sie das nicht angefordert haben, brauchen Sie nichts zu tun: Ohne den Link ändert sich nichts.";

const moment = (ms: number): string =>
  `${new Intl.DateTimeFormat("de", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(ms)} (UTC)`;
const browserNote = ({ browser }: Pick<MailFacts, "browser">): string[] =>
  browser === undefined ? [] : [`Der Browser, soweit er es verrät: ${browser}.`];
const lookHere = "Konto öffnen";
const notYours = ({ forgotUrl }: Pick<MailFacts, "forgotUrl">): string =>
  `wählen Sie ein anderes Passwort: ${forgotUrl} schickt Ihnen einen Link dafür und meldet Sie überall ab. Sagen Sie dann denen Bescheid, die den Dienst betreiben.`;

const added: Readonly<Record<FactorThing, string>> = {
  passkey: "Ein Passkey wurde hinzugefügt",
  "authenticator app": "Eine Authenticator-App wurde hinzugefügt",
  "recovery codes": "Neue Wiederherstellungscodes wurden erzeugt",
  "second factors": "Eine Art, sich anzumelden, wurde hinzugefügt",
};
const removed: Readonly<Record<FactorThing, string>> = {
  passkey: "Ein Passkey wurde entfernt",
  "authenticator app": "Die Authenticator-App wurde entfernt",
  "recovery codes": "Die Wiederherstellungscodes wurden entfernt",
  "second factors": "Alle zweiten Faktoren wurden entfernt",
};

/** German. */
export const germanMail: MailTexts = {
  actionHint: "Wenn die Schaltfläche nichts bewirkt, kopieren Sie diese Adresse in Ihren Browser:",
  help: "Hilfe",
  invitation: ({ service, host, organization, hours, joined }) =>
    joined
      ? {
          subject:
            organization === undefined
              ? `Ihr Konto bei ${service}`
              : `${organization} hat Sie bei ${service} aufgenommen`,
          heading: "Sie haben bereits ein Konto",
          lines: [
            organization === undefined
              ? `Sie wurden zu ${service} eingeladen und haben dort ein Konto: Melden Sie sich an wie immer.`
              : `${organization} hat Sie zu ${service} eingeladen, und Sie haben dort ein Konto: Melden Sie sich an wie immer, Sie gehören jetzt zu ${organization}.`,
          ],
          action: "Ihr Konto öffnen",
          notes: ["Wenn Sie das nicht erwarten, sagen Sie es denen, die den Dienst betreiben."],
        }
      : {
          subject:
            organization === undefined
              ? `Ihr Konto bei ${service}`
              : `${organization} lädt Sie zu ${service} ein`,
          heading: "Wählen Sie Ihr Passwort",
          lines: [
            organization === undefined
              ? `Bei ${service} wurde ein Konto für Sie angelegt. Wählen Sie ein Passwort, und es gehört Ihnen.`
              : `${organization} hat bei ${service} ein Konto für Sie angelegt. Wählen Sie ein Passwort, und es gehört Ihnen.`,
            once(hours),
          ],
          action: "Passwort wählen",
          notes: [
            `Der Link führt zu ${host}. Sie müssen nie jemandem Ihr Passwort nennen oder diesen Link weitergeben.`,
            "Wenn Sie das nicht erwarten, brauchen Sie nichts zu tun: Ohne Passwort lässt das Konto niemanden herein.",
          ],
        },
  password_reset: ({ service, host, hours, administrator }) =>
    administrator
      ? {
          subject: `Ihr Passwort bei ${service}`,
          heading: "Ihr Passwort wird nicht per E-Mail gesetzt",
          lines: [
            `Jemand hat ein neues Passwort für Ihr Konto bei ${service} angefordert. Sie verwalten diesen Dienst, und dafür wird es nicht per E-Mail gesetzt.`,
            "Wenn Sie das waren: Bitten Sie jemanden, der den Dienst wie Sie in voller Verantwortung verwaltet oder betreibt, Ihnen eines zu setzen.",
          ],
          notes: ["Wenn Sie das nicht waren, ist nichts zu tun: Es hat sich nichts geändert."],
        }
      : {
          subject: `Wählen Sie ein neues Passwort bei ${service}`,
          heading: "Wählen Sie ein neues Passwort",
          lines: [
            `Jemand hat ein neues Passwort für Ihr Konto bei ${service} angefordert. Wenn Sie das waren, geht es hier weiter.`,
            `${once(hours)} Mit einem neuen Passwort werden Sie überall abgemeldet.`,
          ],
          action: "Neues Passwort wählen",
          notes: [
            `Der Link führt zu ${host}. Wer Ihnen hilft, fragt nie nach ihm oder nach Ihrem Passwort.`,
            notYou,
          ],
        },
  password_changed: ({ service, byLink }) => ({
    subject: `Ihr Passwort bei ${service} wurde geändert`,
    heading: "Ihr Passwort wurde geändert",
    lines: [
      byLink
        ? `Das Passwort Ihres Kontos bei ${service} wurde soeben mit einem Link aus einer E-Mail an diese Adresse geändert, und Sie wurden überall abgemeldet.`
        : `Das Passwort Ihres Kontos bei ${service} wurde soeben von jemandem geändert, der angemeldet war und das bisherige kannte. Überall sonst wurden Sie abgemeldet.`,
    ],
    notes: [
      byLink
        ? "Wenn Sie das nicht waren, liest jemand Ihre E-Mails: Sichern Sie zuerst Ihr Postfach, wählen Sie dann hier ein anderes Passwort, und sagen Sie denen Bescheid, die den Dienst betreiben."
        : "Wenn Sie das nicht waren, fordern Sie dort, wo Sie sich anmelden, ein neues Passwort an; das meldet jeden ab, wer es auch war. Sagen Sie auch denen Bescheid, die den Dienst betreiben.",
    ],
  }),
  address_proof: ({ service, host, hours }) => ({
    subject: `Bestätigen Sie Ihre E-Mail-Adresse bei ${service}`,
    heading: "Ist das Ihre Adresse?",
    lines: [
      `Das Konto bei ${service} mit dieser E-Mail-Adresse wartet darauf, dass Sie bestätigen, dass die Adresse Ihnen gehört.`,
      once(hours),
    ],
    action: "Adresse bestätigen",
    notes: [`Der Link führt zu ${host}.`, notYou],
  }),
  address_change: ({ service, host, address, hours, taken, forgotUrl }) =>
    taken
      ? {
          subject: `Diese Adresse hat schon ein Konto bei ${service}`,
          heading: "Diese Adresse hat schon ein Konto",
          lines: [
            `Jemand, der bei ${service} in einem anderen Konto angemeldet ist, wollte sich mit dieser E-Mail-Adresse anmelden. Sie gehört schon zu einem Konto; deshalb wurde nichts geändert.`,
          ],
          notes: [
            `Wenn Sie das waren: Melden Sie sich mit dieser Adresse an. Wissen Sie das Passwort nicht, fordern Sie ein neues an: ${forgotUrl}`,
            "Wenn Sie das nicht waren, ist nichts zu tun.",
          ],
        }
      : {
          subject: `Bestätigen Sie Ihre neue E-Mail-Adresse bei ${service}`,
          heading: "Ist das Ihre neue Adresse?",
          lines: [
            `Jemand, der bei ${service}${address === undefined ? "" : ` als ${address}`} angemeldet ist, möchte sich künftig mit dieser E-Mail-Adresse anmelden.`,
            `Solange Sie sie nicht bestätigen, ändert sich nichts. ${once(hours)}`,
          ],
          action: "Neue Adresse bestätigen",
          notes: [`Der Link führt zu ${host}.`, notYou],
        },
  address_changing: (facts) => ({
    subject: `Eine andere Adresse wurde bei ${facts.service} gewünscht`,
    heading: "Jemand wünscht eine andere Adresse",
    lines: [
      `Am ${moment(facts.atMs)} wollte jemand, der in Ihrem Konto bei ${facts.service} angemeldet ist, dessen E-Mail-Adresse ändern${facts.address === undefined ? "" : `, in ${facts.address}`}. Dorthin wurde ein Link geschickt; solange er nicht benutzt wird, ändert sich nichts.`,
      ...browserNote(facts),
    ],
    action: lookHere,
    notes: [
      "Wenn Sie das waren, ist hier nichts zu tun: Der Link liegt im anderen Postfach.",
      `Wenn Sie das nicht waren, ${notYours(facts)} Auch der Link gilt dann nicht mehr.`,
    ],
  }),
  address_changed: (facts) => {
    const { service, address, by } = facts;
    const who =
      by === "person" ? "Sie wurde auf der Seite des Kontos geändert" : "Die Administration hat sie geändert";
    return {
      subject: `Die Adresse Ihres Kontos bei ${service} wurde geändert`,
      heading: "Eine andere E-Mail-Adresse",
      lines: [
        address === undefined
          ? `Ein Konto bei ${service} hat von nun an diese E-Mail-Adresse. ${who}.`
          : `Ihr Konto bei ${service} hat von nun an eine andere E-Mail-Adresse: ${address}. ${who}, und Sie wurden ${by === "person" ? "überall sonst" : "überall"} abgemeldet.`,
        ...(by === "person" ? [`Das war am ${moment(facts.atMs)}.`, ...browserNote(facts)] : []),
      ],
      notes: ["Wenn Sie nicht wissen, warum, fragen Sie die, die den Dienst betreiben."],
    };
  },
  factor_added: (facts) => ({
    subject: `${added[facts.what]}: Ihr Konto bei ${facts.service}`,
    heading: added[facts.what],
    lines: [
      `Das war am ${moment(facts.atMs)}, für Ihr Konto bei ${facts.service}.`,
      ...(facts.by === "administration" ? ["Die Administration hat das getan."] : browserNote(facts)),
    ],
    action: lookHere,
    notes: [
      "Wenn Sie das waren, ist nichts zu tun.",
      `Wenn Sie das nicht waren, entfernen Sie es auf der Seite Ihres Kontos, und ${notYours(facts)}`,
    ],
  }),
  factor_removed: (facts) => ({
    subject: `${removed[facts.what]}: Ihr Konto bei ${facts.service}`,
    heading: removed[facts.what],
    lines: [
      `Das war am ${moment(facts.atMs)}, für Ihr Konto bei ${facts.service}.`,
      ...(facts.by === "administration"
        ? ["Die Administration hat das getan, und Sie wurden überall abgemeldet."]
        : browserNote(facts)),
    ],
    action: lookHere,
    notes: [
      facts.by === "administration"
        ? "Wenn Sie darum gebeten haben, melden Sie sich an und richten Sie wieder einen zweiten Faktor ein."
        : "Wenn Sie das waren, ist nichts zu tun.",
      `Wenn Sie das nicht waren, ${notYours(facts)}`,
    ],
  }),
  recovery_code_used: (facts) => ({
    subject: `Ein Wiederherstellungscode wurde verwendet: Ihr Konto bei ${facts.service}`,
    heading: "Ein Wiederherstellungscode wurde verwendet",
    lines: [
      `Am ${moment(facts.atMs)} hat sich jemand mit einem Ihrer Wiederherstellungscodes bei Ihrem Konto bei ${facts.service} angemeldet. Er gilt nicht mehr.`,
      facts.left === 0
        ? "Keiner ist übrig. Erstellen Sie neue auf der Seite Ihres Kontos, unter „Zweiter Schritt“."
        : facts.left === 1
          ? "Einer ist übrig. Neue können Sie auf der Seite Ihres Kontos erstellen, unter „Zweiter Schritt“."
          : `${facts.left} sind übrig.`,
      ...browserNote(facts),
    ],
    action: lookHere,
    notes: [
      "Wenn Sie das waren und Ihr Telefon verloren haben, richten Sie die App auf der Seite Ihres Kontos neu ein.",
      `Wenn Sie das nicht waren, ${notYours(facts)} Erstellen Sie auch neue Wiederherstellungscodes.`,
    ],
  }),
  passkey_copied: (facts) => ({
    subject: `Von Ihrem Passkey gibt es vielleicht eine Kopie: Ihr Konto bei ${facts.service}`,
    heading: "Von Ihrem Passkey gibt es vielleicht eine Kopie",
    lines: [
      `Am ${moment(facts.atMs)} zählte ein Passkey Ihres Kontos bei ${facts.service} rückwärts, wie es nur eine zweite Kopie tut.`,
      "Er meldet niemanden mehr an, und Sie wurden überall abgemeldet.",
    ],
    action: lookHere,
    notes: [
      "Melden Sie sich mit Ihrem Passwort und einem anderen zweiten Faktor an, oder mit einem Wiederherstellungscode; entfernen Sie dann diesen Passkey, und fügen Sie einen neuen hinzu.",
      `Haben Sie ihn nicht selbst kopiert: ${notYours(facts)}`,
    ],
  }),
  account_closed: ({ service }) => ({
    subject: `Ihr Konto bei ${service} ist geschlossen`,
    heading: "Ihr Konto ist geschlossen",
    lines: [
      `Das Konto bei ${service} mit dieser E-Mail-Adresse wurde gerade auf seiner eigenen Seite geschlossen, von jemandem, der dort angemeldet war und es neu bewiesen hat. Was davon aufbewahrt war, ist gelöscht.`,
    ],
    notes: [
      "Waren Sie es nicht, sagen Sie es denen, die den Dienst betreiben, und sichern Sie Ihr Postfach. Das Konto lässt sich nicht zurückholen; Sie können neu eingeladen werden.",
    ],
  }),
  new_device: (facts) => ({
    subject: `Anmeldung von einem neuen Gerät: Ihr Konto bei ${facts.service}`,
    heading: "Anmeldung von einem neuen Gerät",
    lines: [
      `Am ${moment(facts.atMs)} hat sich jemand in Ihrem Konto bei ${facts.service} angemeldet, in einem Browser, der dafür noch nicht benutzt worden war.`,
      ...browserNote(facts),
    ],
    action: lookHere,
    notes: [
      "Wenn Sie das waren, ist nichts zu tun. Sie erfahren es je Browser einmal.",
      `Wenn Sie das nicht waren, ${notYours(facts)}`,
    ],
  }),
};
