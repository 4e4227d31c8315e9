/* Messages and cards as elements. `s` is the strings file. */

import { fill, h, icon } from "./dom.js";

const SAFE_LINK = /^(tel:[0-9+%]|https?:\/\/|mailto:)/;
const IN_TEXT = /(https?:\/\/[^\s\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]+|(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-]))/;
const HEADING = /^【.+】$/;

/** Return the element of one message. `again`: the message before it is by the same author, so that the name need not show. */
export function renderMessage(message, s) {
  const special = ["lifeline", "summary", "apology"].includes(message.kind) ? message.kind : null;
  const body = h("div.bubble");
  if (special) body.append(h("h3.kind", {}, icon(special === "summary" ? "check" : "alert"), s.log[special]));
  body.append(...renderText(message.text, message.author !== "resident"));
  const element = h(
    `div.message.${message.author}.${message.kind}`,
    { "data-id": message.id },
    renderAuthor(message.author, message.created_at, s),
    message.text || special ? body : null,
  );
  if (message.cards?.length) {
    const place = special === "lifeline" ? body : element;
    place.append(h("div.cards", {}, ...message.cards.map((card) => renderCard(card, s, special === "lifeline"))));
  }
  return element;
}

/** Return the element of words that the server does not have yet. */
export function renderPending(event, s, { retry, takeBack }) {
  const element = h("div.message.resident.pending", {}, renderAuthor("resident", null, s), h("div.bubble", {}, ...renderText(event.text, false)));
  if (event.problem) {
    element.append(
      h(
        "div.problem",
        { role: "alert" },
        h("p", {}, icon("alert"), h("span", {}, event.problem)),
        h(
          "div.problem-actions",
          {},
          event.lasting ? null : h("button.small-button", { type: "button", onclick: retry }, s.state.retry),
          h("button.small-button", { type: "button", onclick: () => takeBack(event.event_id) }, s.state.edit),
        ),
      ),
    );
  } else {
    element.append(h("p.note", {}, s.state.sending));
  }
  return element;
}

/** Return the quick replies of a message. */
export function renderChoices(message, s, choose) {
  return h(
    "div.choices",
    { role: "group", "aria-label": s.log.choices },
    ...message.buttons.map((button) => h("button.choice", { type: "button", onclick: () => choose(button) }, button.title)),
  );
}

function renderAuthor(author, createdAt, s) {
  const name = h("span.name", {}, icon({ bot: "house", staff: "person", resident: "dot" }[author] || "house"), s.log[author]);
  const who = h("p.who", {}, name);
  if (createdAt) {
    const time = new Date(createdAt);
    const clock = time.toLocaleTimeString("ja-JP", { hour: "2-digit", minute: "2-digit" });
    who.append(h("time", { datetime: createdAt }, clock));
  }
  return who;
}

function renderText(text, linked) {
  return (text || "")
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim())
    .map((paragraph) => {
      const element = h("p");
      paragraph.split("\n").forEach((line, at) => {
        if (at) element.append(h("br"));
        if (HEADING.test(line)) element.append(h("strong", {}, line));
        else element.append(...(linked ? linkify(line) : [line]));
      });
      return element;
    });
}

function linkify(line) {
  return line
    .split(IN_TEXT)
    .filter(Boolean)
    .map((part) => {
      if (!IN_TEXT.test(part)) return part;
      return part.startsWith("http") ? outside(part, part) : h("a", { href: `tel:${part.replaceAll("-", "")}` }, part);
    });
}

function outside(href, label, className = "") {
  const name = className ? `a.${className}` : "a";
  return h(name, { href, target: "_blank", rel: "noopener noreferrer" }, label);
}

function renderCard(card, s, urgent) {
  const heading = urgent ? "h4" : "h3";
  const calls = card.reach.filter((reach) => reach.kind === "phone");
  const others = card.reach.filter((reach) => reach.kind !== "phone");
  return h(
    "article.card",
    {},
    h(heading, {}, card.title),
    card.what && h("p.what", {}, card.what),
    !urgent && card.why && h("div.why", {}, h("p.label", {}, s.card.why), h("p", {}, card.why)),
    renderHours(card, s),
    card.reach.length && !urgent ? h("p.label", {}, s.card.reach) : null,
    ...calls.map((reach) => renderReach(reach, s)),
    others.length ? h("ul.reach", {}, ...others.map((reach) => h("li", {}, renderReach(reach, s)))) : null,
    urgent && card.why && h("p.aside", {}, card.why),
    card.say && h("div.say", {}, h("p.label", {}, s.card.say), h("p", {}, card.say)),
    card.bring?.length ? renderBring(card.bring, s) : null,
    card.notice && h("p.notice", {}, icon("alert"), h("span", {}, h("span.sr", {}, `${s.card.notice}：`), card.notice)),
    card.source || card.as_of ? h("p.source", {}, [card.source, card.as_of].filter(Boolean).join("　")) : null,
  );
}

function renderHours(card, s) {
  if (!card.hours && card.open_now === null) return null;
  const chip = { true: ["open", s.card.open], false: ["closed", s.card.closed] }[String(card.open_now)];
  // The hours may begin with the same words as the chip.
  return h("div.hours", {}, chip ? h(`span.chip.${chip[0]}`, {}, icon(chip[0] === "open" ? "check" : "dot"), chip[1]) : null, h("span", {}, card.hours));
}

function renderReach(reach, s) {
  const href = reach.href && SAFE_LINK.test(reach.href) ? reach.href : null;
  if (reach.kind === "phone" && href) return h("a.call", { href }, icon("phone"), h("span", {}, reach.label));
  const picture = icon({ phone: "phone", web: "web", visit: "place" }[reach.kind] || "dot");
  if (!href) return h("span.way", {}, picture, h("span", {}, reach.label));
  const link = href.startsWith("http") ? outside(href, reach.label) : h("a", { href }, reach.label);
  if (href.startsWith("http")) link.append(h("span.sr", {}, `（${s.card.new_window}）`));
  return h("span.way", {}, picture, link);
}

function renderBring(bring, s) {
  return h(
    "details.bring",
    {},
    h("summary", {}, fill(s.card.bring, { count: bring.length })),
    h("ul", {}, ...bring.map((item) => h("li", {}, item))),
  );
}
