// Keeps open pages live: news in the title, the session's end, and what htmx swaps must not lose (drafts, opened parts, the place in the talk).
"use strict";

const EVERY_MS = 15000;
const banner = document.querySelector("[data-news]");
const plainTitle = document.title.replace(/^(\(!\d+\) |● )/, "");
let known = null;

function remember(news) {
  const page = document.body.dataset;
  if (known === null) {
    known = page.newestAlert === undefined ? news : { newest_alert: Number(page.newestAlert), newest_case: Number(page.newestCase) };
  }
}

function leave() {
  location.replace("/console/login");
}

async function look() {
  let answer;
  try {
    answer = await fetch("/console/news", { headers: { Accept: "application/json" }, redirect: "manual" });
  } catch {
    return; // offline for a moment: the next look comes soon
  }
  if (answer.status === 401 || answer.type === "opaqueredirect") {
    leave();
    return;
  }
  if (!answer.ok) return;
  const news = await answer.json();
  remember(news);
  const isNew = news.newest_alert > known.newest_alert || news.newest_case > known.newest_case;
  if (document.body.dataset.live !== undefined) return; // the queue shows it by itself
  banner.hidden = !isNew;
  document.title = `${news.emergencies ? `(!${news.emergencies}) ` : isNew ? "● " : ""}${plainTitle}`;
}

setInterval(look, EVERY_MS);
look();

function toEnd() {
  const talk = document.querySelector("#talk-list");
  if (talk) talk.scrollTop = talk.scrollHeight;
}

// A fact's words open and close by click, tap or key; hovering shows them, too (console.css).
document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) {
    toggle.setAttribute("aria-expanded", String(toggle.getAttribute("aria-expanded") !== "true"));
  }
  const insert = event.target.closest("[data-insert]");
  const text = document.querySelector("#composer-text");
  if (insert && text) {
    text.value = text.value ? `${text.value}\n${insert.dataset.insert}` : insert.dataset.insert;
    text.focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && event.target.id === "composer-text" && event.target.form) {
    event.target.form.requestSubmit();
  }
});

const open = new Set();
let draft = "";
let wasAtEnd = true;

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) leave();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  open.clear();
  for (const details of event.detail.target.querySelectorAll("details[open][id]")) open.add(details.id);
  const talk = document.querySelector("#talk-list");
  wasAtEnd = !talk || talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
});

document.addEventListener("htmx:afterSwap", () => {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
});

// Somebody took the chat over while this person was writing: what they wrote stays in sight.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id === "composer") draft = document.querySelector("#composer-text")?.value ?? draft;
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const text = document.querySelector("#composer-text");
  if (event.detail.target.id === "composer" && text && draft && !text.value) text.value = draft;
  if (wasAtEnd) toEnd();
});

toEnd();
