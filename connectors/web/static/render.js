/* Messages and cards as elements. `s` is the strings file. */

import { fill, h, icon, ruby } from "./dom.js";

const SAFE_LINK = /^(tel:[0-9+%]|https?:\/\/|mailto:)/;
const IN_TEXT = /(https?:\/\/[^\s\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]+|(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-]))/;
const HEADING = /^【.+】$/;
const ITEM = /^・/;

/** Return the element of one message; `level` is the level of its headings, one below the chat's own title. */
export function renderMessage(message, s, level) {
  const special = ["lifeline", "summary"].includes(message.kind) ? message.kind : null;
  const body = h("div.bubble");
  if (special) body.append(h(`h${level}.kind`, {}, icon(special === "summary" ? "check" : "alert"), s.log[special]));
  body.append(...renderText(message.text, message.author !== "resident"));
  const element = h(
    `div.message.${message.author}.kind-${message.kind}`,
    { "data-id": message.id },
    renderAuthor(message.author, message.created_at, s),
    message.text || special ? body : null,
  );
  if (message.cards?.length) {
    const place = special === "lifeline" ? body : element;
    place.append(h("div.cards", {}, ...message.cards.map((card) => renderCard(card, s, special === "lifeline", special ? level + 1 : level))));
  }
  return element;
}

/** Return the element of words that the server does not have yet. */
export function renderPending(event, s, { retry, takeBack }, level) {
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
    element.append(h("p.note", {}, event.waiting ? s.state.waiting : s.state.sending));
  }
  // The server could not keep the words, but the lifelines do not wait for it.
  if (event.reply) element.append(renderMessage({ id: 0, author: "bot", buttons: [], created_at: null, ...event.reply }, s, level));
  return element;
}

/** Return the quick replies of a message. */
export function renderChoices(message, s, choose) {
  return h(
    "div.choices",
    { role: "group", "aria-label": s.log.choices },
    ...message.buttons.map((button) => h("button.choice", { type: "button", onclick: () => choose(button) }, ...ruby(button.shown || button.title))),
  );
}

function renderAuthor(author, createdAt, s) {
  const picture = { bot: "house", staff: "person" }[author];
  const name = h("span.name", {}, picture ? icon(picture) : null, s.log[author]);
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
      paragraph.split("\n").forEach((line, at, lines) => {
        if (ITEM.test(line)) return element.append(h("span.item", {}, ...(linked ? linkify(line) : [line])));
        if (at && !ITEM.test(lines[at - 1])) element.append(h("br"));
        if (HEADING.test(line)) element.append(h("strong", {}, ...ruby(line)));
        else element.append(...(linked ? linkify(line) : [line]));
      });
      return element;
    });
}

function linkify(line) {
  return line
    .split(IN_TEXT)
    .filter(Boolean)
    .flatMap((part) => {
      if (!IN_TEXT.test(part)) return ruby(part);
      return part.startsWith("http") ? outside(part, part) : h("a", { href: `tel:${part.replaceAll("-", "")}` }, part);
    });
}

function outside(href, ...label) {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...label);
}

function renderCard(card, s, urgent, level) {
  const calls = card.reach.filter((reach) => reach.kind === "phone");
  const others = card.reach.filter((reach) => reach.kind !== "phone");
  return h(
    "article.card",
    {},
    h(`h${level}.card-title`, {}, ...ruby(card.title)),
    ...(urgent ? calls.map((reach) => renderReach(reach, s)) : []),
    card.what && h("p.what", {}, ...ruby(card.what)),
    !urgent && card.why && h("div.why", {}, h("p.label", {}, s.card.why), h("p", {}, ...ruby(card.why))),
    renderHours(card, s),
    card.reach.length && !urgent ? h("p.label", {}, s.card.reach) : null,
    ...(urgent ? [] : calls.map((reach) => renderReach(reach, s))),
    others.length ? h("ul.reach", {}, ...others.map((reach) => h("li", {}, renderReach(reach, s)))) : null,
    urgent && card.why && h("p.aside", {}, ...ruby(card.why)),
    card.say && h("div.say", {}, h("p.label", {}, s.card.say), h("p", {}, ...ruby(card.say))),
    card.bring?.length ? renderBring(card.bring, s) : null,
    card.notice && h("p.notice", {}, icon("alert"), h("span", {}, h("span.sr", {}, `${s.card.notice}：`), ...ruby(card.notice))),
    card.source || card.as_of ? h("p.source", {}, ...ruby([card.source, card.as_of].filter(Boolean).join("　"))) : null,
  );
}

function renderHours(card, s) {
  if (!card.hours && card.open_now === null) return null;
  const chip = { true: ["open", s.card.open], false: ["closed", s.card.closed] }[String(card.open_now)];
  return h("div.hours", {}, chip ? h(`span.chip.${chip[0]}`, {}, icon(chip[0] === "open" ? "check" : "dot"), chip[1]) : null, h("span", {}, ...ruby(card.hours)));
}

function renderReach(reach, s) {
  const href = reach.href && SAFE_LINK.test(reach.href) ? reach.href : null;
  if (reach.kind === "phone" && href) return h("a.call", { href }, icon("phone"), h("span", {}, ...ruby(reach.label)));
  if (reach.kind === "plan") return h("button.small-button.plan", { type: "button" }, ...ruby(reach.label));
  const picture = icon({ phone: "phone", web: "web", visit: "place" }[reach.kind] || "search");
  if (!href) return h("span.way", {}, picture, h("span", {}, ...ruby(reach.label)));
  const link = href.startsWith("http") ? outside(href, ...ruby(reach.label)) : h("a", { href }, ...ruby(reach.label));
  if (href.startsWith("http")) link.append(h("span.sr", {}, `（${s.card.new_window}）`));
  return h("span.way", {}, picture, link);
}

function renderBring(bring, s) {
  return h(
    "details.bring",
    {},
    h("summary", {}, fill(s.card.bring, { count: bring.length })),
    h("ul", {}, ...bring.map((item) => h("li", {}, ...ruby(item)))),
  );
}
