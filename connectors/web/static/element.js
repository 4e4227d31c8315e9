/* <madoguchi-chat>: the launcher and the chat in a shadow root, so that neither the website's styles nor ours disturb each other. */

import { Api } from "./api.js";
import { Conversation } from "./conversation.js";
import { fill, h, icon } from "./dom.js";
import { renderMenu } from "./menu.js";
import { Panel } from "./panel.js";
import { Store } from "./store.js";
import { accentFrom } from "./colour.js";

const TWICE_MS = 800;
const NARROW = "(max-width: 599px)";
const FOCUSABLE = "a[href], button:not([disabled]), textarea, input, summary, [tabindex='0']";

/** Put the chat on the page. `options`: the script's data attributes, `base` and `assets` URLs. */
export async function mount(options) {
  const strings = await (await fetch(new URL("strings.ja.json", options.assets), { credentials: "omit" })).json();
  if (!customElements.get("madoguchi-chat")) customElements.define("madoguchi-chat", MadoguchiChat);
  const element = document.createElement("madoguchi-chat");
  element.prepare(options, strings);
  document.body.append(element);
  const openers = document.querySelectorAll("[data-madoguchi-open]");
  element.watchOpeners(openers);
  for (const opener of openers) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      element.open(opener);
    });
  }
}

export class MadoguchiChat extends HTMLElement {
  prepare(options, strings) {
    this.options = options;
    this.s = strings;
    this.page = options.mode === "page";
    this.store = new Store();
    this.look = { size: "1", contrast: false, easy: false, ...(this.store.get("look") || {}) };
    this.unread = 0;
    this.lastEscape = 0;
    this.narrow = () => window.matchMedia(NARROW).matches;
    this.touch = () => window.matchMedia("(pointer: coarse)").matches;
  }

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    const style = h("link", { rel: "stylesheet", href: new URL("widget.css", this.options.assets).href });
    this.#build();
    this.frame.style.visibility = "hidden";
    this.styled = new Promise((resolve) => ["load", "error"].forEach((name) => style.addEventListener(name, resolve)));
    this.styled.then(() => (this.frame.style.visibility = ""));
    root.append(style, this.frame);
    document.addEventListener("keydown", (event) => this.#escape(event));
    window.visualViewport?.addEventListener("resize", () => this.#fitKeyboard());
    if (this.page || this.store.get("open")) this.open(null, this.page ? "page" : "return");
  }

  #build() {
    const { s, page } = this;
    this.panel = new Panel(s, this.#actions(), { page, shared: this.store.shared, easy: this.look.easy, touch: this.touch });
    this.menu = renderMenu(s, this.look, this.store.shared, {
      look: (change) => this.#setLook(change),
      shared: (on) => this.#setShared(on),
      print: () => this.#print(),
      forget: async () => this.#leave(this.s.state.forgotten, () => this.conversation.forget()),
      erase: async () => this.#leave(this.s.state.erased, () => this.conversation.erase()),
      close: () => this.#showMenu(false),
    });
    this.dialog = h(
      page ? "main.panel" : "section.panel",
      { role: page ? null : "dialog", "aria-labelledby": "title", hidden: !page },
      this.panel.header,
      this.panel.body,
      this.menu,
    );
    this.dialog.addEventListener("keydown", (event) => this.#keepFocus(event));
    this.launcher = h(
      "button.launcher",
      { type: "button", "aria-expanded": "false", onclick: () => this.open(this.launcher), hidden: page },
      icon("house"),
      h("span", {}, s.launcher.open),
      h("span.badge", { hidden: true }),
    );
    this.frame = h(`div.frame${page ? ".page" : ""}.${this.options.position === "left" ? "left" : "right"}`, {}, this.dialog, this.launcher);
    this.#showLook();
    const accent = accentFrom(this.options.color);
    if (accent) this.frame.style.setProperty("--accent", accent);
    this.panel.setDraft(this.store.get("draft") || "");
    this.panel.list.addEventListener("click", (event) => event.target.closest(".plan") && this.#openPlan());
  }

  /** Open the plan for a lasting home in its own window. The token goes in the body: an address would stay in the history. */
  #openPlan() {
    const form = h(
      "form",
      { method: "post", action: new URL("plain/plan", this.options.base).href, target: "_blank", rel: "noopener" },
      h("input", { type: "hidden", name: "token", value: this.store.get("token") || "" }),
    );
    this.frame.append(form);
    form.submit();
    form.remove();
  }

  #actions() {
    return {
      send: (text) => {
        this.conversation.send(text);
        if (!this.touch()) this.panel.input.focus();
      },
      choose: (button) => {
        this.conversation.send(button.title, button.payload);
        (this.touch() ? this.panel.scroller : this.panel.input).focus();
      },
      retry: () => this.conversation.retry(),
      takeBack: (id) => {
        const waiting = this.panel.input.value;
        const text = this.conversation.takeBack(id);
        this.panel.setDraft(waiting ? `${text}\n${waiting}` : text);
        this.#keepDraft(this.panel.input.value);
        this.panel.input.focus();
      },
      draft: (text) => this.#keepDraft(text),
      exit: () => this.exit(),
      close: () => this.close(),
      menu: () => this.#showMenu(this.menu.hidden),
      shared: (on) => this.#setShared(on),
      easy: (on) => this.#setLook({ easy: on }),
    };
  }

  /** Show the chat. `opener`: what gets the focus back when it closes. */
  open(opener = null, how = "asked") {
    this.opener = opener;
    this.dialog.hidden = false;
    this.launcher.hidden = true;
    this.store.set("open", true);
    if (this.narrow() && !this.page) {
      this.dialog.setAttribute("aria-modal", "true");
      document.documentElement.style.overflow = "hidden";
    }
    this.unread = 0;
    this.#badge();
    this.#fitKeyboard();
    // What is not yet visible cannot take the focus.
    if (how !== "page") this.styled.then(() => (this.touch() ? this.panel.title : this.panel.input).focus());
    if (!this.conversation) this.#start();
    this.dispatchEvent(new CustomEvent("madoguchi-open", { bubbles: true, composed: true }));
  }

  /** Fold the chat away; it goes on. */
  close() {
    if (this.page || this.dialog.hidden) return;
    this.dialog.hidden = true;
    this.dialog.removeAttribute("aria-modal");
    document.documentElement.style.overflow = "";
    this.#showLauncher();
    this.store.remove("open");
    (this.launcher.hidden && this.opener ? this.opener : this.launcher).focus();
    this.dispatchEvent(new CustomEvent("madoguchi-close", { bubbles: true, composed: true }));
  }

  /** Close at once: another page takes this one's place in the window and in its history. */
  exit() {
    document.title = "";
    document.documentElement.style.visibility = "hidden";
    this.store.remove("open");
    if (this.store.shared) this.store.forget();
    window.location.replace(new URL(this.options.exitUrl || "blank", this.options.base).href);
  }

  /** Leave the launcher away as long as `elements`, which open the chat too, are in sight. */
  watchOpeners(elements) {
    this.inSight = new Set();
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) this.inSight[entry.isIntersecting ? "add" : "delete"](entry.target);
      this.#showLauncher();
    });
    for (const element of elements) observer.observe(element);
  }

  #showLauncher() {
    const needless = this.page || this.options.launcher === "none" || this.inSight?.size > 0;
    this.launcher.hidden = needless || !this.dialog.hidden;
  }

  async #start() {
    const { s } = this;
    const api = new Api(this.options.base, s.errors);
    api.easy = this.look.easy;
    this.conversation = new Conversation(api, this.store, this.#view(), this.options.municipality);
    this.panel.list.replaceChildren(h("p.loading", {}, s.log.loading));
    this.first = true;
    try {
      await this.conversation.start();
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.status === 401) return this.#gone("");
      this.conversation = null;
      const plain = new URL("plain", this.options.base).href;
      this.panel.showNotice(`${s.state.start_failed}${error.sentence}${s.state.start_other}`, [[s.state.start_retry, () => this.#start()], [s.state.plain, plain]], "error");
    }
  }

  #view() {
    return {
      changed: (all = false) => {
        const known = this.panel.nodes.size;
        this.panel.list.querySelector(".loading, .end")?.remove();
        this.panel.draw(this.conversation, { all, first: this.first });
        if (this.conversation.messages.length) this.first = false;
        if (this.dialog.hidden && this.panel.nodes.size > known) {
          this.unread += this.panel.nodes.size - known;
          this.#badge();
        }
      },
      state: (state) => this.panel.showState(state),
      connection: (name) => this.panel.showConnection(name),
      gone: (unsent) => this.#gone(unsent),
    };
  }

  #gone(unsent) {
    this.store.forget();
    const draft = [unsent, this.panel.input.value].filter(Boolean).join("\n");
    this.panel.setDraft(draft);
    this.#keepDraft(draft);
    this.panel.form.hidden = true;
    this.panel.showNotice(this.s.errors.unknown_conversation, [[this.s.state.new, () => this.#restart()]]);
  }

  async #leave(words, act) {
    if (this.conversation) await act();
    this.#showMenu(false);
    this.panel.setDraft("");
    this.panel.form.hidden = true;
    this.panel.showConnection("live");
    this.panel.showState({ typing: false, holder: "bot" });
    this.panel.showNotice(words, [[this.s.state.again, () => this.#restart()]]);
  }

  #restart() {
    this.panel.form.hidden = false;
    this.conversation = null;
    this.panel.nodes.clear();
    this.#start();
    this.panel.title.focus();
  }

  #keepDraft(text) {
    if (text) this.store.set("draft", text);
    else this.store.remove("draft");
  }

  #setShared(on) {
    this.store.shared = on;
    for (const input of this.shadowRoot.querySelectorAll('[data-choice="shared"]')) input.checked = on;
  }

  #setLook(change) {
    this.look = { ...this.look, ...change };
    this.store.set("look", this.look);
    this.#showLook();
    if ("easy" in change) this.#reread();
  }

  async #reread() {
    for (const input of this.shadowRoot.querySelectorAll('[data-choice="easy"]')) input.checked = this.look.easy;
    if (!this.conversation) return;
    this.conversation.api.easy = this.look.easy;
    try {
      await this.conversation.reread();
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.status === 401) this.#gone("");
      // Without a network what is shown stays; the words change with the next message.
    }
  }

  #showLook() {
    this.frame.dataset.size = this.look.size;
    this.frame.classList.toggle("contrast", this.look.contrast);
  }

  #showMenu(on) {
    this.menu.hidden = !on;
    this.panel.body.hidden = on;
    this.panel.menuButton.setAttribute("aria-expanded", String(on));
    for (const question of this.menu.querySelectorAll(".confirm")) question.fold();
    if (on) this.menu.querySelector("h2").focus();
    else this.panel.menuButton.focus();
  }

  #badge() {
    const badge = this.launcher.querySelector(".badge");
    badge.hidden = !this.unread;
    badge.textContent = this.unread ? fill(this.s.launcher.unread, { count: this.unread }) : "";
  }

  #escape(event) {
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229 || event.repeat) return;
    const twice = event.timeStamp - this.lastEscape < TWICE_MS;
    if (this.dialog.hidden && !twice) return;
    this.lastEscape = event.timeStamp;
    if (twice) return this.exit();
    if (!this.menu.hidden) this.#showMenu(false);
    else this.close();
  }

  #keepFocus(event) {
    if (event.key !== "Tab" || !this.dialog.hasAttribute("aria-modal")) return;
    const all = [...this.dialog.querySelectorAll(FOCUSABLE)].filter((one) => one.getClientRects().length);
    const [first, last] = [all[0], all[all.length - 1]];
    const here = this.shadowRoot.activeElement;
    if (event.shiftKey && (here === first || here === this.panel.title)) last.focus();
    else if (!event.shiftKey && here === last) first.focus();
    else return;
    event.preventDefault();
  }

  #fitKeyboard() {
    // A phone's keyboard covers what is fixed to the bottom; the visible part is what we may fill.
    const view = window.visualViewport;
    const covered = view && this.touch() && window.innerHeight - view.height > 100;
    this.dialog.style.height = covered ? `${view.height}px` : "";
    this.dialog.style.top = covered ? `${view.offsetTop}px` : "";
  }

  #print() {
    this.#showMenu(false);
    const summary = this.panel.list.querySelector(".kind-summary, .kind-suggestion");
    this.frame.classList.toggle("print-summary", Boolean(summary));
    const sheet = h("link", { rel: "stylesheet", media: "print", href: new URL("print.css", this.options.assets).href });
    sheet.addEventListener("load", () => {
      window.print();
      sheet.remove();
    });
    document.head.append(sheet);
  }
}
