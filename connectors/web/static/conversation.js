/* One conversation in this browser: what was said, what waits to be sent, and keeping both true across reloads and lost networks. */

import { newId } from "./dom.js";
import { Live } from "./live.js";

const RETRY_MS = [2000, 5000, 15000, 30000];

export class Conversation {
  /** `view`: changed(), state({typing, holder}), connection(name), gone(). */
  constructor(api, store, view, municipality) {
    this.api = api;
    this.store = store;
    this.view = view;
    this.municipality = municipality;
    this.messages = [];
    this.outbox = store.get("outbox") || [];
    this.typing = false;
    this.holder = "bot";
    this.connection = "live";
    this.started = false;
    this.tries = 0;
    this.live = new Live(api, {
      message: (message) => this.#take(message),
      state: (state) => this.#state(state),
      connection: (name) => this.#connection(name),
      reset: ({ oldest }) => this.#reset(oldest),
      gone: () => this.#gone(),
    });
  }

  /** Load the conversation of this device, or begin one. Raises ApiError. */
  async start() {
    this.api.token = this.store.get("token");
    if (!this.api.token) {
      this.api.token = await this.api.open(this.municipality);
      this.store.set("token", this.api.token);
      this.typing = true;
    } else {
      const news = await this.api.messages(0);
      for (const message of news.messages) this.#insert(message);
      this.typing = news.typing;
      this.holder = news.holder;
    }
    this.started = true;
    this.live.start(this.#last());
    this.view.changed();
    this.view.state(this);
    this.#flush();
  }

  /** Read everything anew in the words that `api.easy` asks for. Raises ApiError, and then what is shown stays. */
  async reread() {
    if (!this.started) return;
    this.live.reconnect();
    const news = await this.api.messages(0);
    this.messages = [];
    for (const message of news.messages) this.#insert(message);
    this.view.changed(true);
  }

  /** Put words, or a pressed button, in line to be sent. They are kept until the server has them. */
  send(text, payload) {
    const event = { event_id: newId(), text, ...(payload ? { payload } : {}) };
    this.outbox.push(event);
    this.#keep();
    this.view.changed();
    this.#flush();
  }

  /** Send what waits, now. */
  retry() {
    for (const event of this.outbox) delete event.problem;
    this.tries = 0;
    this.#flush();
  }

  /** Take a message that could not be sent back, to write it anew. Returns its text. */
  takeBack(id) {
    const event = this.outbox.find((one) => one.event_id === id);
    this.outbox = this.outbox.filter((one) => one !== event);
    this.#keep();
    this.view.changed();
    this.#flush();
    return event ? event.text : "";
  }

  /** Leave the conversation on this device; the server keeps it. */
  forget() {
    this.#end();
    this.store.forget();
  }

  /** Delete the conversation everywhere. Raises ApiError, and then nothing has changed. */
  async erase() {
    if (this.api.token) {
      try {
        await this.api.erase();
      } catch (error) {
        if (error.status !== 401) throw error; // 401: it is gone already
      }
    }
    this.forget();
  }

  #end() {
    this.live.stop();
    clearTimeout(this.timer);
    this.messages = [];
    this.outbox = [];
    this.api.token = null;
    this.started = false;
    this.typing = false;
    this.holder = "bot";
  }

  #take(message) {
    if (this.messages.some((known) => known.id === message.id)) return;
    if (message.author === "resident") {
      // Our own words may come back on the stream before the answer to our request. Only what is on its way is compared:
      // the same words said earlier must not swallow words that still wait.
      const mine = this.outbox.find((event) => event.sending && event.text === message.text);
      if (mine) return this.#sent(mine, message.id);
    }
    this.#insert(message);
    this.view.changed();
  }

  #insert(message) {
    const at = this.messages.findIndex((known) => known.id >= message.id);
    if (at >= 0 && this.messages[at].id === message.id) return;
    this.messages.splice(at < 0 ? this.messages.length : at, 0, message);
  }

  #sent(event, id) {
    this.outbox = this.outbox.filter((one) => one !== event);
    this.#keep();
    const message = { id, author: "resident", kind: "text", text: event.text, created_at: new Date().toISOString(), buttons: [], cards: [] };
    this.#insert({ ...message, key: event.event_id });
    this.view.changed();
  }

  async #flush() {
    if (this.flushing || !this.started) return;
    this.flushing = true;
    clearTimeout(this.timer);
    try {
      while (this.started && this.outbox.length && !this.outbox[0].problem) {
        const { event_id, text, payload } = this.outbox[0];
        const event = this.outbox[0];
        event.sending = true;
        event.waiting = false;
        this.view.changed();
        const { id } = await this.api.post({ event_id, text, ...(payload ? { payload } : {}) });
        if (!this.started) return;
        this.tries = 0;
        if (this.outbox.includes(event)) this.#sent(event, id);
        if (this.holder === "bot" && this.#last() === id) this.#state({ typing: true, holder: this.holder });
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.flushing = false;
    }
  }

  #failed(error) {
    if (error.status === undefined) throw error;
    if (error.status === 401) return this.#gone();
    const event = this.outbox[0];
    if (event) {
      event.sending = false;
      event.lasting = error.status === 422 || error.status === 413;
      event.waiting = error.status === 0 && !navigator.onLine;
      if (!event.waiting) event.problem = error.sentence;
      if (error.reply) event.reply = error.reply;
      if (!event.lasting) this.#later();
    }
    this.#keep();
    this.view.changed();
  }

  #later() {
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.tries += 1;
    this.timer = setTimeout(() => {
      if (this.outbox[0]) delete this.outbox[0].problem;
      this.#flush();
    }, wait);
  }

  #state({ typing, holder }) {
    if (typing === this.typing && holder === this.holder) return;
    this.typing = typing;
    this.holder = holder;
    this.view.state(this);
  }

  #connection(name) {
    const back = this.connection !== name && (name === "live" || name === "polling");
    this.connection = name;
    this.view.connection(name);
    if (back && this.outbox[0] && !this.outbox[0].lasting) this.retry();
  }

  #reset(oldest) {
    this.messages = this.messages.filter((message) => oldest && message.id >= oldest);
    this.view.changed(true);
  }

  #gone() {
    const unsent = this.outbox.map((event) => event.text).join("\n");
    this.#end();
    this.store.forget();
    this.view.gone(unsent);
  }

  #keep() {
    const kept = this.outbox.map(({ event_id, text, payload }) => ({ event_id, text, ...(payload ? { payload } : {}) }));
    if (kept.length) this.store.set("outbox", kept);
    else this.store.remove("outbox");
  }

  #last() {
    return this.messages.length ? this.messages[this.messages.length - 1].id : 0;
  }
}
