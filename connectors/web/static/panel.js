/* The chat's frame: header, steps, log, composer. It draws what the conversation holds and calls back what the person does. */

import { fill, h, icon } from "./dom.js";
import { check } from "./menu.js";
import { renderChoices, renderMessage, renderPending } from "./render.js";

const MAX_TEXT = 4000;
const COUNT_FROM = 3600;
const SLOW_MS = 8000;
const LATE_MS = 45000;
const TOGETHER_MS = 3000;
const STEPS = ["talk", "desk", "summary"];

export class Panel {
  /** `actions`: send(text), choose(button), retry(), takeBack(id), exit(), close(), menu(), shared(on), easy(on), draft(text). */
  constructor(s, actions, { page, shared, easy, touch }) {
    this.s = s;
    this.actions = actions;
    this.touch = touch;
    this.level = page ? 2 : 3;
    this.nodes = new Map();
    this.#build(page, shared, easy);
  }

  #build(page, shared, easy) {
    const { s, actions } = this;
    this.status = h("span.subtitle", {}, s.header.subtitle);
    this.title = h(page ? "h1.title" : "h2.title", { id: "title", tabindex: "-1" }, s.header.title, this.status);
    this.menuButton = h("button.bar-button", { type: "button", "aria-expanded": "false", onclick: actions.menu }, icon("menu"), h("span", {}, s.header.menu));
    this.header = h(
      "div.bar",
      {},
      this.title,
      h("button.exit", { type: "button", onclick: actions.exit }, icon("exit"), s.header.exit),
      this.menuButton,
      page ? null : h("button.bar-button.fold", { type: "button", "aria-label": s.header.close, onclick: actions.close }, icon("close")),
    );
    this.steps = h("ol.steps", { "aria-label": s.steps.label }, ...STEPS.map((name) => h("li", { "data-step": name }, h("span", {}, s.steps[name]), h("span.sr"))));
    this.intro = h(
      "div.intro",
      {},
      h("p", {}, this.touch() ? s.intro.exit_touch : s.intro.exit),
      check(s.menu.easy, "", easy, actions.easy, "easy"),
      check(s.intro.shared, s.intro.shared_note, shared, actions.shared, "shared"),
    );
    this.list = h("div.list", { role: "log", "aria-live": "polite", "aria-label": s.log.label, "aria-relevant": "additions" });
    this.typing = h("div.typing", { hidden: true }, h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")), h("span.typing-words", { role: "status" }));
    this.scroller = h("div.scroller", { tabindex: "0", role: "group", "aria-label": s.log.label }, this.intro, this.list, this.typing);
    this.jump = h("button.jump", { type: "button", hidden: true, onclick: () => this.#scrollTo(this.unread) }, s.log.jump);
    this.banner = h("p.banner", { role: "status", hidden: true });
    this.#buildComposer();
    this.body = h("div.body", {}, this.steps, this.scroller, this.jump, this.banner, this.form);
    this.scroller.addEventListener("scroll", () => this.#nearEnd() && (this.jump.hidden = true), { passive: true });
  }

  #buildComposer() {
    const { s, actions } = this;
    this.input = h("textarea", {
      id: "words",
      rows: "1",
      placeholder: s.composer.placeholder,
      autocomplete: "off",
      enterkeyhint: this.touch() ? "enter" : "send",
      "aria-describedby": "count",
    });
    this.count = h("p.count", { id: "count", role: "status" });
    this.form = h(
      "form.composer",
      {},
      h("label.sr", { for: "words" }, s.composer.label),
      h("div.row", {}, this.input, h("button.send", { type: "submit" }, icon("send"), h("span", {}, s.composer.send))),
      this.count,
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("input", () => {
      this.#fit();
      actions.draft(this.input.value);
    });
    this.input.addEventListener("keydown", (event) => {
      // keyCode 229: Safari ends the composition before the Enter that confirms it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      if (this.touch()) return; // on a phone's keyboard Enter is a new line, the button sends
      event.preventDefault();
      this.#submit();
    });
  }

  #submit() {
    const text = this.input.value;
    if (!text.trim() || [...text].length > MAX_TEXT) return this.input.focus();
    this.setDraft("");
    this.actions.draft("");
    this.actions.send(text);
  }

  /** Put words into the box. */
  setDraft(text) {
    this.input.value = text;
    this.#fit();
  }

  #fit() {
    this.input.style.height = "";
    if (this.input.value) this.input.style.height = `${this.input.scrollHeight + 4}px`;
    const length = [...this.input.value].length;
    this.count.textContent = length > MAX_TEXT ? this.s.composer.over : length > COUNT_FROM ? fill(this.s.composer.count, { count: length }) : "";
    this.count.classList.toggle("over", length > MAX_TEXT);
    this.input.setAttribute("aria-invalid", String(length > MAX_TEXT));
  }

  /** Draw what changed. `all`: draw everything anew. */
  draw(conversation, { all = false, first = false } = {}) {
    const { messages, outbox } = conversation;
    if (all) {
      this.nodes.clear();
      this.list.replaceChildren();
    }
    const wasNearEnd = this.#nearEnd();
    const wanted = [];
    const fresh = [];
    for (const message of messages) wanted.push(this.#node(message.key || message.id, "sent", () => renderMessage(message, this.s, this.level), message, fresh));
    for (const event of outbox) {
      const state = `${event.problem || ""}${event.waiting || ""}`;
      wanted.push(this.#node(event.event_id, `pending${state}`, () => renderPending(event, this.s, this.actions, this.level), event, fresh));
    }
    this.#place(wanted);
    this.#choices(messages, outbox);
    this.#marks(messages);
    this.intro.hidden = messages.some((message) => message.author === "resident") || outbox.length > 0;
    if (fresh.length) this.#follow(fresh, messages, first, wasNearEnd);
    else if (this.troubled && wasNearEnd) this.#scrollTo(this.troubled);
    this.troubled = null;
  }

  #node(key, state, make, source, fresh) {
    const id = String(key);
    const known = this.nodes.get(id);
    if (known && known.state === state) return known.element;
    const element = make();
    this.nodes.set(id, { element, state });
    if (known) {
      known.element.replaceWith(element);
      if (source.problem) this.troubled = element;
    } else fresh.push({ element, resident: !source.author || source.author === "resident" });
    return element;
  }

  #place(wanted) {
    const keep = new Set(wanted);
    for (const [id, { element }] of this.nodes) {
      if (keep.has(element)) continue;
      element.remove();
      this.nodes.delete(id);
    }
    wanted.forEach((element, at) => {
      if (this.list.children[at] !== element) this.list.insertBefore(element, this.list.children[at] || null);
      const before = wanted[at - 1];
      const author = (one) => ["resident", "staff", "bot"].find((name) => one.classList.contains(name));
      element.classList.toggle("again", Boolean(before) && author(before) === author(element));
    });
  }

  #choices(messages, outbox) {
    const last = messages.map((message) => message.author).lastIndexOf("resident");
    const asking = outbox.length ? null : messages.slice(last + 1).reverse().find((message) => message.buttons?.length);
    const id = asking ? String(asking.key || asking.id) : null;
    for (const [key, entry] of this.nodes) {
      if (key === id && !entry.choices) {
        entry.choices = renderChoices(asking, this.s, (button) => this.actions.choose(button));
        entry.element.append(entry.choices);
      } else if (key !== id && entry.choices) {
        entry.choices.remove();
        entry.choices = null;
      }
    }
  }

  #marks(messages) {
    const kinds = messages.map((message) => message.kind);
    const at = kinds.includes("summary") ? 2 : kinds.includes("suggestion") ? 1 : 0;
    [...this.steps.children].forEach((step, index) => {
      step.className = index < at ? "done" : index === at ? "now" : "";
      if (index === at) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
      step.lastChild.textContent = index < at ? `（${this.s.steps.done}）` : "";
    });
  }

  #follow(fresh, messages, first, wasNearEnd) {
    if (first) {
      const last = messages.map((message) => message.author).lastIndexOf("resident");
      const target = messages[last + 1] || messages[last];
      if (last >= 0 && target) this.#scrollTo(this.nodes.get(String(target.key || target.id)).element);
      return;
    }
    const unread = fresh.find((one) => !one.resident);
    if (!unread) {
      this.batch = null;
      return this.#scrollTo(fresh[0].element);
    }
    // An answer may be several messages: it is read from its beginning, however far down its end lies.
    const together = this.batch && Date.now() - this.batch.at < TOGETHER_MS && this.batch.element.isConnected;
    this.batch = { element: together ? this.batch.element : unread.element, at: Date.now(), followed: together ? this.batch.followed : wasNearEnd };
    this.unread = unread.element;
    if (this.batch.followed) this.#scrollTo(this.batch.element);
    this.jump.hidden = this.unread.getBoundingClientRect().top < this.scroller.getBoundingClientRect().bottom - 24;
  }

  #scrollTo(element) {
    if (!element) return;
    this.jump.hidden = true;
    const top = element.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top + this.scroller.scrollTop;
    this.scroller.scrollTop = top - 12;
  }

  #nearEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 160 || this.list.children.length < 3;
  }

  /** Show whether an answer is being made, and who holds the chat. */
  showState({ typing, holder }) {
    const { s } = this;
    clearTimeout(this.slow);
    clearTimeout(this.late);
    this.status.textContent = holder === "staff" ? s.header.staff : s.header.subtitle;
    this.status.classList.toggle("with-staff", holder === "staff");
    const near = this.#nearEnd();
    this.typing.hidden = !typing;
    const words = this.typing.lastChild;
    words.textContent = typing ? (holder === "staff" ? s.state.staff_wait : s.state.typing) : "";
    if (!typing) return;
    if (near) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.slow = setTimeout(() => (words.textContent = s.state.typing_slow), SLOW_MS);
    this.late = setTimeout(() => (words.textContent = s.state.typing_late), LATE_MS);
  }

  /** Show that the network is away, or nothing. */
  showConnection(name) {
    const words = { offline: this.s.state.offline, lost: this.s.state.reconnecting }[name];
    this.banner.hidden = !words;
    this.banner.textContent = words || "";
  }

  /** Show a notice with buttons in place of the conversation. `choices`: [label, act] pairs; a string as act is a link. */
  showNotice(text, choices, kind = "end") {
    this.nodes.clear();
    this.intro.hidden = true;
    this.typing.hidden = true;
    this.jump.hidden = true;
    const heading = h("p.notice-words", { tabindex: "-1", role: kind === "error" ? "alert" : null }, text);
    const buttons = choices.map(([label, act]) =>
      typeof act === "string" ? h("a.wide", { href: act }, label) : h("button.wide", { type: "button", onclick: act }, label),
    );
    this.list.replaceChildren(h(`div.end.${kind}`, {}, heading, ...buttons));
    heading.focus();
  }
}
