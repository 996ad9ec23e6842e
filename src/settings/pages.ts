// Owns the settings of what people see, and where they are sent.
import { readText } from "../input/text.ts";
import { readWebUrl, uriOf } from "../input/web_address.ts";
import { none, setting } from "./setting.ts";
import { webUrl } from "./setting_values.ts";

export const pagesSettings = {
  publicName: setting<string | undefined>({
    name: "TTI_PUBLIC_NAME",
    doc: "Whose login page this is: the name people know, on every page.",
    defaultText: "the host of `TTI_ISSUER`",
    fallback: none,
    parse: (value) => {
      const read = readText(value, { most: 60 });
      if ("text" in read) return read.text;
      throw new Error(`it ${read.fault}|Write the name as people know it`);
    },
  }),
  supportUrl: setting<string | undefined>({
    name: "TTI_SUPPORT_URL",
    doc: "Where people get help, `https://` or `mailto:`; linked on every page.",
    fallback: none,
    parse: (value) => {
      if (uriOf(value)?.protocol === "mailto:" || "url" in readWebUrl(value, { http: "anywhere" }))
        return value;
      throw new Error("it is no address people can open|Write https://… or mailto:…");
    },
  }),
  loginUrl: setting<string | undefined>({
    name: "TTI_LOGIN_URL",
    doc: "Your own login page. Set, users log in there (handoff) and this provider shows no login page for such tenants.",
    fallback: none,
    parse: webUrl,
  }),
  logoutUrl: setting<string | undefined>({
    name: "TTI_LOGOUT_URL",
    doc: "Your own logout page. Set, a logout of somebody who logged in at your page continues there, with `return_to` naming where the browser should go next.",
    fallback: none,
    parse: webUrl,
  }),
};
