// Owns words that many passwords are made of and that the package's lists do not hold: German ones, months, and what
// administrators give to newcomers.

/** The most frequent first. */
export const frequentWords: readonly string[] = [
  ..."passwort willkommen hallo schatz ichliebedich ichliebe geheim sommer winter herbst frühling fruehling".split(
    " ",
  ),
  ..."januar februar märz maerz april mai juni juli august september oktober november dezember".split(" "),
  ..."january february march may june july october december spring autumn summer monday friday".split(" "),
  ..."montag dienstag mittwoch donnerstag freitag samstag sonntag urlaub weihnachten ostern".split(" "),
  ..."deutschland berlin hamburg münchen muenchen köln koeln frankfurt wien österreich schweiz".split(" "),
  ..."fußball fussball bayern dortmund schalke borussia werder liebe engel mausi hasi schnecke".split(" "),
  ..."anfang neustart computer kennwort zugang anmelden benutzer admin verwaltung firma büro buero arbeit".split(
    " ",
  ),
  ..."welcome changeme changeit letmein default initial temporary temppass newpassword company login".split(
    " ",
  ),
  ..."access secret guest service support office account hello".split(" "),
];
