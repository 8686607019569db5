// The platform's own storage, by postMessage: https://www.imsglobal.org/spec/lti-cs-pm/v0p1
const PATIENCE = 1500; // milliseconds; a telephone's app never answers
const SUBJECTS = ["lti.put_data", "lti.get_data"];

/** Where the platform may be: the page around us, or the one that opened our window. */
function owner() {
  if (window.parent !== window) return window.parent;
  return window.opener;
}

/** The frame of that name beside ours; the platform's page itself if there is none, as some platforms mean it. */
function frame(name) {
  const place = owner();
  if (!name || name === "_parent") return place;
  try {
    return place.frames[name] || place;
  } catch {
    return place;
  }
}

/** One question, one answer: from the window that was asked, of the origin that was asked, within our patience. */
function ask(target, origin, message) {
  return new Promise((resolve, reject) => {
    const id = crypto.randomUUID();
    const stop = (end, value) => {
      clearTimeout(timer);
      window.removeEventListener("message", listen);
      end(value);
    };
    const listen = ({ source, origin: theirs, data }) => {
      if (source !== target || (origin !== "*" && theirs !== origin)) return;
      if (data?.message_id !== id || data.subject !== `${message.subject}.response`) return;
      if (data.error) stop(reject, new Error(data.error.code ?? "error"));
      else stop(resolve, data);
    };
    const timer = setTimeout(() => stop(reject, new Error("no answer")), PATIENCE);
    window.addEventListener("message", listen);
    try {
      target.postMessage({ ...message, message_id: id }, origin);
    } catch (error) {
      stop(reject, error);
    }
  });
}

export class PlatformStorage {
  /** `name`: what the platform sent as lti_storage_target; `origin`: of its authorization endpoint. */
  constructor(name, origin) {
    this.name = name;
    this.origin = origin;
  }

  /** Whether the platform says that it keeps data, and in which frame. */
  async isOffered() {
    if (!this.name || !owner()) return false;
    const answer = await ask(owner(), "*", { subject: "lti.capabilities" }).catch(() => null);
    const offered = answer?.supported_messages;
    if (!Array.isArray(offered)) return false;
    const both = SUBJECTS.map((subject) => offered.find((each) => each?.subject === subject));
    if (both.some((each) => !each)) return false;
    this.name = both[0].frame ?? this.name;
    return true;
  }

  put(key, value) {
    return ask(frame(this.name), this.origin, { subject: "lti.put_data", key, value });
  }

  async get(key) {
    const { value } = await ask(frame(this.name), this.origin, { subject: "lti.get_data", key });
    return value ?? null;
  }
}
