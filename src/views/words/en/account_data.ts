// Owns the English of the page on which people take their data.
/** Taking one's data. */
export const accountData = {
  title: "Your data",
  takeTitle: "Take it with you",
  take: "A file with everything that is kept of you here: your account, your organizations, your sign-ins, and what was recorded. It holds no password and nothing anybody could sign in with.",
  submit: "Download the file",
  vouched: [
    "An application signed you in here, for one of your organizations. The file is about all of them.",
    "To take it, sign out and sign in here yourself.",
  ],
  often: (minutes: number) =>
    `You took your data several times just now. Take it again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
};
