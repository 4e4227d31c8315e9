/* Live delivery: a stream of server-sent events read with fetch (EventSource cannot send the token), reconnecting with back-off
   from the last message seen; where something on the way holds streams back, asking every few seconds. */

const FIRST_BYTE_MS = 6000;
const LOOK_MS = 2000;
const SILENCE_MS = 40000;
const STREAM_TRIES = 3;
const RETRY_STREAM_MS = 120000;
const POLL_MS = 3000;

export class Live {
  /** `handlers`: message(m), state({typing, holder}), connection("live" | "polling" | "offline" | "lost"), reset(), gone(). */
  constructor(api, handlers) {
    this.api = api;
    this.handlers = handlers;
    this.after = 0;
    this.running = false;
    this.failures = 0;
    this.streamFailures = 0;
    this.streamAgainAt = 0;
    this.onWake = () => this.wake();
    this.onHidden = () => document.visibilityState === "visible" && this.wake();
  }

  start(after) {
    if (this.running) return;
    this.after = after;
    this.running = true;
    window.addEventListener("online", this.onWake);
    window.addEventListener("offline", this.onWake);
    document.addEventListener("visibilitychange", this.onHidden);
    this.#run();
  }

  stop() {
    this.running = false;
    this.abort?.abort();
    this.wake();
    window.removeEventListener("online", this.onWake);
    window.removeEventListener("offline", this.onWake);
    document.removeEventListener("visibilitychange", this.onHidden);
  }

  /** Let the stream begin anew from the last message seen, since what it should bring has changed. */
  reconnect() {
    this.abort?.abort();
  }

  /** Try now rather than later. */
  wake() {
    if (!navigator.onLine) this.abort?.abort();
    this.wakeUp?.();
  }

  async #run() {
    while (this.running) {
      try {
        if (!navigator.onLine) throw new TypeError("offline");
        if (this.streamFailures >= STREAM_TRIES && Date.now() < this.streamAgainAt) await this.#poll();
        else await this.#stream();
        this.failures = 0;
      } catch (error) {
        if (!this.running) return;
        if (error.status === 401) return this.#gone();
        this.failures += 1;
        if (!navigator.onLine) this.handlers.connection("offline");
        else if (this.failures > 1) this.handlers.connection("lost");
        await this.#sleep(Math.min(30000, 500 * 2 ** this.failures) * (0.7 + Math.random() * 0.6));
      }
    }
  }

  async #poll() {
    await this.#look();
    await this.#sleep(document.visibilityState === "visible" ? POLL_MS : POLL_MS * 5);
  }

  async #look() {
    const news = await this.api.messages(this.after);
    if (!this.running) return;
    this.handlers.connection("polling");
    for (const message of news.messages) this.#take(message);
    this.handlers.state(news);
  }

  async #stream() {
    this.abort = new AbortController();
    // Nobody waits for what a held-back stream does not bring; a failure here is the stream's failure too, and told by it.
    const meanwhile = setTimeout(() => this.#look().catch(() => {}), this.streamFailures ? 0 : LOOK_MS);
    let timer = setTimeout(() => this.abort.abort(), FIRST_BYTE_MS);
    let heard = false;
    try {
      const response = await this.api.stream(this.after, this.abort.signal);
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done || !this.running) break;
        if (!heard) this.handlers.connection("live");
        heard = true;
        this.failures = 0;
        this.streamFailures = 0;
        clearTimeout(meanwhile);
        clearTimeout(timer);
        timer = setTimeout(() => this.abort.abort(), SILENCE_MS);
        rest = this.#parse(rest + decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      if (!heard && navigator.onLine) this.#noteStreamFailure();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    if (!heard) this.#noteStreamFailure();
    if (this.running) await this.#sleep(400);
  }

  #noteStreamFailure() {
    this.streamFailures += 1;
    if (this.streamFailures >= STREAM_TRIES) this.streamAgainAt = Date.now() + RETRY_STREAM_MS;
  }

  #parse(text) {
    const blocks = text.split(/\r\n\r\n|\n\n|\r\r/);
    const rest = blocks.pop();
    for (const block of blocks) {
      let event = "message";
      const data = [];
      for (const line of block.split(/\r\n|\n|\r/)) {
        if (line.startsWith("event:")) event = line.slice(6).trim();
        else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      }
      if (data.length && this.running) this.#dispatch(event, JSON.parse(data.join("\n")));
    }
    return rest;
  }

  #dispatch(event, data) {
    if (event === "message") this.#take(data);
    else if (event === "typing") this.handlers.state(data);
    else if (event === "reset") this.handlers.reset(data);
    else if (event === "gone") this.#gone();
  }

  #take(message) {
    this.after = Math.max(this.after, message.id);
    this.handlers.message(message);
  }

  #gone() {
    this.stop();
    this.handlers.gone();
  }

  #sleep(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
