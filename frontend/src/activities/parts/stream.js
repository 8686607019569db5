// Something that is still being made on its way to the server (tus, its length told at the end): slices are sent one after
// the other, and a cut line only makes it wait. What the server has not acknowledged is kept.
const WAITS = [500, 1000, 2000, 5000, 10_000];
const VERSION = { "Tus-Resumable": "1.0.0" };

export class NotSent extends Error {}

const asBase64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

export class Stream {
  #left = []; // slices that are not acknowledged
  #offset = 0;
  #address = null;
  #ended = false;
  #given = false;
  #wake = () => {};
  #told;
  #headers;

  /** to: {uploads, token}; told: {cut(), mended()}. */
  constructor(to, name, told) {
    this.to = to;
    this.#told = told;
    this.#headers = { ...VERSION, "X-Classeur-Token": to.token, Accept: "application/json" };
    this.sent = this.#run(name); // what the server says of the file once it has all of it
    this.sent.catch(() => {});
  }

  push(slice) {
    if (!slice.size) return;
    this.#left.push(slice);
    this.#wake();
  }

  end() {
    this.#ended = true;
    this.#wake();
  }

  /** Nobody wants it any more. */
  giveUp() {
    this.#given = true;
    this.#wake();
    if (this.#address) fetch(this.#address, { method: "DELETE", headers: this.#headers }).catch(() => {});
  }

  async #run(name) {
    const told = { ...this.#headers, "Upload-Defer-Length": "1", "Upload-Metadata": `filename ${asBase64(name)}` };
    const announced = await this.#surely(() => fetch(this.to.uploads, { method: "POST", headers: told }));
    this.#address = new URL(announced.headers.get("Location"), this.to.uploads).href;
    for (;;) {
      if (this.#given) throw new NotSent("");
      if (!this.#left.length && !this.#ended) {
        await new Promise((resolve) => (this.#wake = resolve));
        continue;
      }
      const answer = await this.#surely(() => this.#piece());
      if (answer.status === 200) return answer.json();
    }
  }

  async #piece() {
    const isLast = this.#ended;
    const body = new Blob(this.#left);
    const headers = {
      ...this.#headers,
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(this.#offset),
      ...(isLast && { "Upload-Length": String(this.#offset + body.size) }),
    };
    const answer = await fetch(this.#address, { method: "PATCH", headers, body });
    if (answer.ok) this.#acknowledge(isLast ? this.#offset + body.size : Number(answer.headers.get("Upload-Offset")));
    return answer;
  }

  /** The server has everything up to there. */
  #acknowledge(offset) {
    let done = offset - this.#offset;
    while (done > 0 && this.#left.length) {
      const [first] = this.#left;
      if (first.size > done) {
        this.#left[0] = first.slice(done);
        break;
      }
      done -= first.size;
      this.#left.shift();
    }
    this.#offset = offset;
  }

  /** Ask until there is an answer that is one; the server may have got more than we know. */
  async #surely(ask) {
    for (let tries = 0; !this.#given; tries += 1) {
      let answer = null;
      try {
        answer = await ask();
      } catch {
        // nobody answered
      }
      if (answer?.ok) {
        if (tries) this.#told.mended();
        return answer;
      }
      const status = answer?.status ?? 0;
      if (status >= 400 && status < 500 && ![409, 423, 429, 460].includes(status)) throw new NotSent(await reason(answer));
      if (!tries) this.#told.cut();
      await this.#pause(WAITS[Math.min(tries, WAITS.length - 1)]);
      await this.#look();
    }
    throw new NotSent("");
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }

  async #look() {
    if (!this.#address) return;
    try {
      const answer = await fetch(this.#address, { method: "HEAD", headers: this.#headers });
      if (answer.ok) this.#acknowledge(Number(answer.headers.get("Upload-Offset")));
    } catch {
      // still nobody
    }
  }
}

async function reason(answer) {
  try {
    const { problems, message } = await answer.json();
    return problems?.map((one) => one.message).join(" ") ?? message ?? "";
  } catch {
    return String(answer.status);
  }
}
