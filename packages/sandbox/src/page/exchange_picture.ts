// The picture of one exchange: its four calls side by side, what each hands on to the next, and where it was refused.
// Boxes and words, so that it is read aloud as it is seen, and stands below each other where it is narrow.
import type { RequestRecord } from "../operation/request_log.ts";
import { type Chain, type ChainPlace, PLACES } from "./exchange_chain.ts";
import { type Html, html } from "./html.ts";
import { renderBadge, resultClass } from "./request_parts.ts";
import { asSentence } from "./wording.ts";

/** @param present the request whose page it stands on */
export function renderExchange(chain: Chain, present: RequestRecord): Html {
  const firstRefused = PLACES.find((place) => isRefused(chain[place]));
  return html`<section aria-labelledby="exchange">
<h2 id="exchange">The exchange <small>${summaryOf(chain, firstRefused)}</small></h2>
<ol class="chain">${PLACES.map((place, position) => renderPlace(place, position + 1, chain, present, firstRefused))}</ol>
</section>`;
}

const titles: Readonly<Record<ChainPlace, { operation: string; purpose: string }>> = {
  role: { operation: "AssumeRole", purpose: "The vendor’s role, tagged with the customer" },
  token: {
    operation: "CreateTokenWithIAM",
    purpose: "The ID token, traded for the customer’s view of the person",
  },
  person: { operation: "AssumeRole", purpose: "The role again, now in the person’s name" },
  use: { operation: "The call itself", purpose: "What the person may see" },
};

function renderPlace(
  place: ChainPlace,
  number: number,
  chain: Chain,
  present: RequestRecord,
  firstRefused: ChainPlace | undefined,
): Html {
  const record = chain[place];
  const { operation, purpose } = titles[place];
  if (record === undefined) {
    return html`<li class="link absent"><p><span class="number">${number}</span> <b>${operation}</b></p><p class="muted">${purpose}</p>
<p class="handed">${absence(place, chain, firstRefused)}</p></li>`;
  }
  const isHere = record.sequence === present.sequence;
  const title = html`<span class="number">${number}</span> <b>${record.operation ?? operation}</b>`;
  return html`<li class="link ${resultClass(record)}">
<p>${isHere ? html`<span aria-current="step">${title}</span>` : html`<a href="/requests/${record.sequence}">${title}</a>`} ${renderBadge(record)}</p>
<p class="muted">${purpose}</p>
<p class="handed">${handedOn(place, record)}</p>
</li>`;
}

/** What a call gave to the next, or why it gave nothing. */
function handedOn(place: ChainPlace, record: RequestRecord): Html {
  if (isRefused(record))
    return html`<b>Refused:</b> ${asSentence(record.reason ?? "the connection was cut.")}`;
  const { links } = record;
  const tagged = links?.tenant == null ? "without a tenant’s tag" : `tagged ${links.tenant}`;
  const given = {
    role: html`Gives session credentials <code>${links?.issuedKey ?? "…"}</code>, ${tagged}, which sign call 2.`,
    token: html`Gives an identity context of ${links?.person?.name ?? "the person"}, which call 3 puts into a session.`,
    person: html`Gives session credentials <code>${links?.issuedKey ?? "…"}</code> in the person’s name, ${tagged}, which sign call 4.`,
    use: html`Answered in the name of ${links?.person?.name ?? "the person"}.`,
  };
  return given[place];
}

function absence(place: ChainPlace, chain: Chain, firstRefused: ChainPlace | undefined): string {
  const position = PLACES.indexOf(place);
  if (firstRefused !== undefined && PLACES.indexOf(firstRefused) < position)
    return `Not reached: call ${PLACES.indexOf(firstRefused) + 1} was refused.`;
  const isEarlier = PLACES.slice(position + 1).some((later) => chain[later] !== undefined);
  if (!isEarlier) return "Not called yet.";
  return place === "role"
    ? "No such call in the list: signed with credentials that came another way, or so long ago that it was forgotten."
    : "No such call in the list: it is forgotten, or what it gave was not this sandbox’s.";
}

function summaryOf(chain: Chain, firstRefused: ChainPlace | undefined): string {
  const named = PLACES.map((place) => chain[place]?.links?.person).find((person) => person != null);
  const records = PLACES.map((place) => chain[place]).filter((record) => record !== undefined);
  const tenants = [...new Set(records.map(({ links }) => links?.tenant ?? "none"))];
  const who = [
    named == null ? "" : `${named.isVerified ? "for" : "a token that names"} ${named.name}`,
    tenants.length > 1
      ? `tenants ${tenants.join(" and ")}`
      : tenants[0] === "none"
        ? "no tenant"
        : `tenant ${tenants[0]}`,
  ].filter((part) => part !== "");
  const end =
    firstRefused !== undefined
      ? `refused at call ${PLACES.indexOf(firstRefused) + 1} of 4`
      : chain.use === undefined
        ? "not at its end"
        : "all four calls answered";
  return [...who, end].join(" · ");
}

function isRefused(record: RequestRecord | undefined): boolean {
  return record !== undefined && resultClass(record) === "refused";
}
