// The browser's recorder: what it can make, and its troubles by name.
/** Milliseconds of a slice. */
const SLICE = 4000;
const TYPES = {
  audio: ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus", "audio/webm"],
  video: ["video/webm;codecs=vp8,opus", "video/mp4", "video/webm"],
};
/** WebKit says that it can make WebM; what it makes then plays nowhere else. */
const isWebKit = /AppleWebKit/.test(navigator.userAgent) && !/Chrom(e|ium)|CriOS|Edg|Android/.test(navigator.userAgent);

/** The type to record in; empty if there is none. */
export function typeFor(media) {
  if (typeof MediaRecorder === "undefined" || !navigator.mediaDevices?.getUserMedia) return "";
  const types = TYPES[media];
  const order = isWebKit ? [...types].sort((one, other) => other.includes("mp4") - one.includes("mp4")) : types;
  return order.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
}

export const endingOf = (type) => (type.includes("mp4") ? (type.startsWith("audio") ? "m4a" : "mp4") : type.includes("ogg") ? "ogg" : "webm");

/** Whether microphone (and camera) are refused already; nothing is asked. */
export async function isRefused(media) {
  const policy = document.permissionsPolicy ?? document.featurePolicy;
  const wanted = media === "video" ? ["microphone", "camera"] : ["microphone"];
  if (policy && wanted.some((name) => !policy.allowsFeature(name))) return true;
  for (const name of wanted) {
    try {
      const { state } = await navigator.permissions.query({ name });
      if (state === "denied") return true;
    } catch {
      // this browser does not say
    }
  }
  return false;
}

export class Recorder {
  #recorder = null;
  #before = 0; // milliseconds recorded up to the last pause
  #since = null;

  /** told: {slice(blob), ended(), interrupted()}. */
  constructor(media, type, told) {
    this.media = media;
    this.type = type;
    this.told = told;
  }

  get milliseconds() {
    return this.#before + (this.#since === null ? 0 : performance.now() - this.#since);
  }

  /** Fails as getUserMedia does. */
  async start() {
    const video = this.media === "video" ? { width: { ideal: 640 }, facingMode: "user" } : false;
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
    const rate = this.media === "video" ? { videoBitsPerSecond: 600_000 } : {};
    this.#recorder = new MediaRecorder(this.stream, { mimeType: this.type, audioBitsPerSecond: 48_000, ...rate });
    this.#recorder.addEventListener("dataavailable", ({ data }) => this.told.slice(data));
    this.#recorder.addEventListener("stop", () => {
      this.#release();
      this.told.ended();
    });
    this.#recorder.addEventListener("error", () => this.#interrupt());
    for (const track of this.stream.getTracks()) track.addEventListener("ended", () => this.#interrupt());
    this.#recorder.start(SLICE);
    this.#since = performance.now();
    return this.stream;
  }

  pause() {
    this.#recorder.pause();
    this.#before = this.milliseconds;
    this.#since = null;
  }

  resume() {
    this.#recorder.resume();
    this.#since = performance.now();
  }

  stop() {
    if (!this.#recorder || this.#recorder.state === "inactive") return;
    this.#before = this.milliseconds;
    this.#since = null;
    this.#recorder.stop();
  }

  #interrupt() {
    if (this.#recorder.state === "inactive") return;
    this.told.interrupted();
    this.stop();
  }

  #release() {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
