/* The web API. Every problem becomes an ApiError with a sentence that a person can read. */

const TIMEOUT_MS = 20000;

export class ApiError extends Error {
  /** `status` 0: the network failed. `sentence`: Japanese, from the server where it gave one. `reply`: lifelines that cannot wait. */
  constructor(status, sentence, reply = null) {
    super(`status ${status}`);
    this.status = status;
    this.sentence = sentence;
    this.reply = reply;
  }
}

export class Api {
  constructor(base, errors) {
    this.base = new URL("api/web/", base);
    this.errors = errors;
    this.token = null;
    this.easy = false;
  }

  async open(municipality) {
    return (await this.#json("POST", "conversations", { municipality: municipality || null })).token;
  }

  post(event) {
    return this.#json("POST", "messages", event);
  }

  messages(after) {
    return this.#json("GET", `messages?after=${after}${this.easy ? "&easy=1" : ""}`);
  }

  async erase() {
    await this.#request("DELETE", "conversation");
  }

  /** Return the response of the live stream, whose body is read by the caller. */
  async stream(after, signal) {
    const headers = { ...this.#headers(), Accept: "text/event-stream" };
    if (after) headers["Last-Event-ID"] = String(after);
    const response = await fetch(new URL(this.easy ? "stream?easy=1" : "stream", this.base), { headers, signal, cache: "no-store", credentials: "omit" });
    if (!response.ok) throw new ApiError(response.status, this.errors.server);
    return response;
  }

  async #json(method, path, body) {
    const response = await this.#request(method, path, body);
    try {
      return await response.json();
    } catch {
      throw new ApiError(0, this.errors.network);
    }
  }

  async #request(method, path, body) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    const headers = this.#headers();
    if (body) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(new URL(path, this.base), {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: abort.signal,
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
    } catch {
      throw new ApiError(0, this.errors.network);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    const answer = await response.json().catch(() => ({}));
    throw new ApiError(response.status, answer.error || this.errors.server, answer.reply);
  }

  #headers() {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }
}
