// S3 Control as its SDKs speak it: XML in and out, the account in a header, signed as S3. The tests have no client of it.
import { callRaw } from "./raw_call.ts";
import type { Keys } from "./world.ts";

/** An answer: its status, its error's code and message, and the texts of its elements. */
export type ControlAnswer = {
  status: number;
  code: string | undefined;
  message: string | undefined;
  /** @returns the text of the first element of this name */
  text(name: string): string;
  /** @returns the texts of all elements of this name */
  texts(name: string): string[];
};

/** @returns a caller of one account's Access Grants in one region */
export function s3Control(url: string, accountId: string, region: string) {
  return async (
    credentials: Keys,
    method: string,
    path: string,
    body = "",
    query: Record<string, string> = {},
  ): Promise<ControlAnswer> => {
    const search = new URLSearchParams(query).toString().replaceAll("+", "%20");
    const call = {
      service: "s3",
      region,
      method,
      path: `/v20180820/${path}${search === "" ? "" : `?${search}`}`,
      headers: {
        "x-amz-account-id": accountId,
        ...(body === "" ? {} : { "content-type": "application/xml" }),
      },
      body,
    };
    const answer = await callRaw(url, call, credentials);
    const xml = await answer.text();
    const texts = (name: string) =>
      [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map((match) => decode(match[1] ?? ""));
    return {
      status: answer.status,
      code: answer.ok ? undefined : texts("Code")[0],
      message: answer.ok ? undefined : texts("Message")[0],
      texts,
      text: (name) => texts(name)[0] ?? "",
    };
  };
}

/** @returns an XML document with these members; values are texts, or further elements already written */
export function xml(root: string, members: Record<string, string | undefined>): string {
  const elements = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value = ""]) => `<${name}>${value.startsWith("<") ? value : encode(value)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">${elements.join("")}</${root}>`;
}

function encode(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character] ?? "");
}

function decode(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
