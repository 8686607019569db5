// Recording oneself: slices are sent while it goes on, and it counts as received once the server has played it back.
// A file can be sent instead, with and without this script.
import { Arranged, place } from "../parts/arranged.js";
import { choosing } from "../parts/choosing.js";
import { Recorder, endingOf, isRefused, typeFor } from "../parts/recorder.js";
import { NotSent, Stream } from "../parts/stream.js";

const NEARLY = 10;
const PATIENCE = 15_000;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** A player that has read the file's beginning; fails if it is none that it can play. */
function playable(url, media, label) {
  return new Promise((resolve, reject) => {
    const player = document.createElement(media);
    const timer = setTimeout(() => reject(new Error("nothing came")), PATIENCE);
    player.controls = true;
    player.preload = "auto";
    player.playsInline = true;
    player.setAttribute("aria-label", label);
    player.addEventListener("canplay", () => (clearTimeout(timer), resolve(player)), { once: true });
    player.addEventListener("error", () => (clearTimeout(timer), reject(player.error)), { once: true });
    player.src = url;
  });
}

class Desk {
  #recorder = null;
  #stream = null;
  #slices = [];
  #timer = 0;
  #busy = false;

  constructor(root) {
    this.root = root;
    this.media = root.dataset.media;
    this.most = Number(root.dataset.seconds);
    this.seconds = root.querySelector("input[name$='.seconds']");
    this.to = place(root);
    this.arranged = new Arranged(root);
    this.words = this.arranged.words;
    this.panel = root.querySelector("[data-recorder]");
    const own = { isBusy: () => this.#busy, before: () => this.#replace(0) };
    choosing(root, this.arranged, own);
    this.type = typeFor(this.media);
    this.#begin();
  }

  #part(name) {
    return this.panel.querySelector(`[data-${name}]`);
  }

  async #begin() {
    if (!this.to) return;
    this.panel.hidden = false;
    const acts = { start: "start", again: "start", pause: "pause", resume: "resume", stop: "stop", resend: "resend" };
    for (const [name, act] of Object.entries(acts)) this.#part(name)?.addEventListener("click", () => this[act]());
    this.root.addEventListener("arranged", () => this.#busy || this.#show());
    this.#show();
    if (!this.type) this.#trouble("unsupported");
    else if (await isRefused(this.media)) this.#trouble("NotAllowedError");
  }

  /** The buttons that fit: idle, recording, paused or sending. */
  #show(state = "idle") {
    const has = this.arranged.ids.length > 0;
    const may = !has || "retake" in this.root.dataset;
    const shown = {
      start: state === "idle" && !has && this.type,
      again: state === "idle" && has && may && this.type,
      pause: state === "recording",
      resume: state === "paused",
      stop: state === "recording" || state === "paused",
      resend: state === "unsent",
    };
    for (const [name, is] of Object.entries(shown)) {
      const button = this.#part(name);
      if (button) button.hidden = !is;
    }
    this.panel.dataset.now = state;
  }

  #tell(key, values) {
    const text = key ? this.words(key, values) : "";
    this.#part("state").textContent = text;
    if (text) this.arranged.say(text);
  }

  #trouble(key, values) {
    const note = this.#part("trouble");
    note.textContent = key ? this.words(key, values) || this.words("other") : "";
    note.hidden = !key;
    if (key && this.panel.contains(document.activeElement)) note.focus();
    if (key) this.arranged.say(note.textContent);
  }

  async start() {
    this.#trouble("");
    this.#tell("asking");
    this.#busy = true;
    this.#slices = [];
    this.#recorder = new Recorder(this.media, this.type, {
      slice: (blob) => {
        this.#slices.push(blob);
        this.#stream?.push(blob);
      },
      ended: () => this.#ended(),
      interrupted: () => this.#tell("interrupted"),
    });
    try {
      const stream = await this.#recorder.start();
      this.#preview(stream);
    } catch (error) {
      this.#busy = false;
      this.#tell("");
      this.#show();
      this.#trouble(error.name);
      return;
    }
    this.#send();
    this.#show("recording");
    this.#tell("recording");
    (this.#part("pause") ?? this.#part("stop")).focus();
    this.#timer = setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  #send() {
    const now = new Date().toISOString().slice(0, 16).replace(/[T:]/g, "-");
    this.#stream = new Stream(this.to, `${this.media}-${now}.${endingOf(this.type)}`, {
      cut: () => this.#tell("cut"),
      mended: () => this.#tell(this.panel.dataset.now === "recording" ? "recording" : "sending-rest"),
    });
  }

  #preview(stream) {
    const video = this.#part("preview");
    if (!video) return;
    video.srcObject = stream;
    video.hidden = !stream;
    if (stream) video.play().catch(() => {});
  }

  #tick() {
    const seconds = Math.floor(this.#recorder.milliseconds / 1000);
    const place = this.#part("clock");
    if (place.textContent === clock(seconds)) return;
    place.textContent = clock(seconds);
    if (this.most - seconds === NEARLY && this.most > 2 * NEARLY) this.arranged.say(this.words("nearly", { seconds: NEARLY }));
    if (seconds >= this.most) {
      this.arranged.say(this.words("full"));
      this.stop();
    }
  }

  pause() {
    this.#recorder.pause();
    this.#show("paused");
    this.#tell("paused");
    this.#part("resume").focus();
  }

  resume() {
    this.#recorder.resume();
    this.#show("recording");
    this.#tell("recording");
    this.#part("pause").focus();
  }

  stop() {
    this.#recorder.stop();
  }

  async #ended() {
    clearInterval(this.#timer);
    this.#preview(null);
    this.#show("sending");
    if (!this.#slices.some((slice) => slice.size)) {
      this.#stream.giveUp();
      return this.#over("empty");
    }
    this.#tell("sending-rest");
    this.#stream.end();
    await this.#arrive();
  }

  async resend() {
    this.#trouble("");
    this.#busy = true;
    this.#show("sending");
    this.#tell("sending-rest");
    this.#send();
    for (const slice of this.#slices) this.#stream.push(slice);
    this.#stream.end();
    await this.#arrive();
  }

  async #arrive() {
    let file;
    try {
      file = await this.#stream.sent;
    } catch (error) {
      if (!(error instanceof NotSent)) throw error;
      this.#busy = false;
      this.#tell("");
      this.#show("unsent");
      this.#trouble("not-sent", { message: error.message });
      return;
    }
    if (file.state === "refused") return this.#over("unplayable");
    this.#tell("checking");
    let player;
    try {
      player = await playable(file.url, this.media, file.name);
    } catch {
      return this.#over("unplayable");
    }
    this.#replace(Math.round(this.#recorder.milliseconds / 1000));
    this.arranged.add(file);
    this.arranged.show(file.resource, player);
    this.#busy = false;
    this.#slices = [];
    this.#show();
    this.#tell("done");
    player.focus();
  }

  #over(key) {
    this.#busy = false;
    this.#tell("");
    this.#show();
    this.#trouble(key);
  }

  /** A new file takes the place of the one before. */
  #replace(seconds) {
    this.arranged.clear();
    this.seconds.value = String(seconds);
  }
}

export function init(fieldset) {
  const root = fieldset.querySelector(".recorder");
  if (root) new Desk(root);
}
