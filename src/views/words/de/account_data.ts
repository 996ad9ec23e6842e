// Owns the German of the page on which people take their data.
import type { accountData as english } from "../en/account_data.ts";

/** Taking one's data. */
export const accountData: typeof english = {
  title: "Ihre Daten",
  takeTitle: "Daten mitnehmen",
  take: "Eine Datei mit allem, was hier über Sie gespeichert ist: Ihr Konto, Ihre Organisationen, Ihre Anmeldungen und was aufgezeichnet wurde. Sie enthält kein Passwort und nichts, womit sich jemand anmelden könnte.",
  submit: "Datei herunterladen",
  vouched: [
    "Eine Anwendung hat Sie hier für eine Ihrer Organisationen angemeldet. In der Datei geht es um alle.",
    "Um sie zu laden, melden Sie sich ab und selbst hier wieder an.",
  ],
  often: (minutes: number) =>
    `Sie haben Ihre Daten gerade mehrmals geladen. In ${minutes} ${minutes === 1 ? "Minute" : "Minuten"} geht es wieder.`,
};
