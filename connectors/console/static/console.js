// Tells somebody who keeps a page open that something is new, and clears the screen when the session has ended.
"use strict";

const EVERY_MS = 20000;
const banner = document.querySelector("[data-news]");
const plainTitle = document.title;
let known = null;

function remember(news) {
  const page = document.body.dataset;
  if (known === null) {
    known = page.newestAlert === undefined ? news : { newest_alert: Number(page.newestAlert), newest_case: Number(page.newestCase) };
  }
}

async function look() {
  let answer;
  try {
    answer = await fetch("/console/news", { headers: { Accept: "application/json" }, redirect: "manual" });
  } catch {
    return; // offline for a moment: the next look comes soon
  }
  if (answer.status === 401 || answer.type === "opaqueredirect") {
    location.replace("/console/login");
    return;
  }
  if (!answer.ok) return;
  const news = await answer.json();
  remember(news);
  if (news.newest_alert > known.newest_alert || news.newest_case > known.newest_case) {
    banner.hidden = false;
    document.title = `● ${plainTitle}`;
  }
}

setInterval(look, EVERY_MS);
look();
