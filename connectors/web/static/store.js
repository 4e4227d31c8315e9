/* What this browser keeps: the conversation's token, unsent words, and how the chat looks.
   On a shared device it goes into the tab's storage, which ends with the browser; where storage is forbidden, into memory. */

const PREFIX = "madoguchi:";
const CONTENT = ["token", "outbox", "draft", "resume"];

function usable(name) {
  try {
    const storage = window[name];
    storage.setItem(`${PREFIX}test`, "1");
    storage.removeItem(`${PREFIX}test`);
    return storage;
  } catch {
    return null;
  }
}

function memory() {
  const values = new Map();
  return {
    getItem: (key) => (values.has(key) ? values.get(key) : null),
    setItem: (key, value) => values.set(key, value),
    removeItem: (key) => values.delete(key),
  };
}

export class Store {
  constructor() {
    this.session = usable("sessionStorage") || memory();
    this.local = usable("localStorage") || this.session;
  }

  /** Whether the person said that others use this device too. */
  get shared() {
    return this.session.getItem(`${PREFIX}shared`) === "1";
  }

  set shared(on) {
    if (on === this.shared) return;
    const kept = CONTENT.map((name) => [name, this.get(name)]);
    for (const name of CONTENT) this.remove(name);
    if (on) this.session.setItem(`${PREFIX}shared`, "1");
    else this.session.removeItem(`${PREFIX}shared`);
    for (const [name, value] of kept) if (value !== null) this.set(name, value);
  }

  get(name) {
    const text = this.#place(name).getItem(PREFIX + name);
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  set(name, value) {
    try {
      this.#place(name).setItem(PREFIX + name, JSON.stringify(value));
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
    }
  }

  remove(name) {
    this.local.removeItem(PREFIX + name);
    this.session.removeItem(PREFIX + name);
  }

  /** Remove the conversation from this device. How the chat looks stays. */
  forget() {
    for (const name of CONTENT) this.remove(name);
    this.session.removeItem(`${PREFIX}open`);
  }

  #place(name) {
    if (name === "open") return this.session;
    return this.shared && CONTENT.includes(name) ? this.session : this.local;
  }
}
