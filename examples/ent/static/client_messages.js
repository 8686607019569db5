// Answers a tool in a frame: LTI client-side messages, on the page around it and in the hidden storage frame.
(() => {
  "use strict";
  const { origins, partition, target, faults, back } = document.currentScript.dataset;
  const PREFIX = "lti.";
  const LEGACY = "org.imsglobal.lti.";
  const MOST_KEYS = 500;
  const MOST_BYTES = 4096;
  const LONGEST_NAME = 1024;
  const TALLEST = 20000;
  const known = new Set(origins.split(" "));
  const faulty = new Set(faults.split(" "));
  const inside = window.parent !== window;
  const isKeeper = inside || target === "_parent" || (target !== "" && faulty.has("no_frame"));

  class Refusal extends Error {
    constructor(code, message) {
      super(message);
      this.code = code;
    }
  }

  const isName = (value) => typeof value === "string" && value !== "" && value.length <= LONGEST_NAME;

  const drawer = (origin) => `lti ${partition} ${origin} `;

  const keysOf = (origin) => Object.keys(sessionStorage).filter((name) => name.startsWith(drawer(origin)));

  const put = (origin, { key, value }) => {
    if (!isName(key) || (value !== null && typeof value !== "string")) {
      throw new Refusal("bad_request", "key and value must be strings");
    }
    const name = drawer(origin) + key;
    if (value === null) {
      sessionStorage.removeItem(name);
      return { key, value };
    }
    const isNew = sessionStorage.getItem(name) === null;
    if (new TextEncoder().encode(value).length > MOST_BYTES || (isNew && keysOf(origin).length >= MOST_KEYS)) {
      throw new Refusal("storage_exhaustion", `at most ${MOST_KEYS} values of ${MOST_BYTES} bytes`);
    }
    try {
      if (faulty.has("exhausted")) throw new DOMException("full", "QuotaExceededError");
      sessionStorage.setItem(name, value);
    } catch (error) {
      throw new Refusal("storage_exhaustion", error.message);
    }
    return { key, value };
  };

  const get = (origin, { key }) => {
    if (!isName(key)) throw new Refusal("bad_request", "key must be a string");
    return { key, value: sessionStorage.getItem(drawer(origin) + key) };
  };

  const capabilities = (origin, data, prefix) => {
    const frame = target && target !== "_parent" ? { frame: target } : {};
    const storing = target ? ["put_data", "get_data"].map((name) => ({ subject: prefix + name, ...frame })) : [];
    const plain = ["capabilities", "close", "frameResize"].map((name) => ({ subject: prefix + name }));
    return { supported_messages: [...plain, ...storing] };
  };

  const answers = { capabilities, ...(isKeeper ? { put_data: put, get_data: get } : {}) };

  const orders = inside ? {} : {
    close: () => back && window.location.assign(back),
    frameResize: (frame, { height }) => {
      const isHeight = Number.isFinite(Number(height)) && Number(height) > 0;
      if (!isHeight && height !== "100%") return;
      frame.style.flex = isHeight ? "none" : "";
      frame.style.minHeight = isHeight ? "0" : "";
      frame.style.height = isHeight ? `${Math.min(Math.round(Number(height)), TALLEST)}px` : "";
    },
  };

  const answer = (event, prefix, name) => {
    if (!isName(event.data.message_id)) throw new Refusal("bad_request", "message_id must be a string");
    if (!known.has(event.origin) || faulty.has("wrong_origin")) {
      throw new Refusal("wrong_origin", `${event.origin} is no tool of this school`);
    }
    if (!Object.hasOwn(answers, name)) throw new Refusal("unsupported_subject", `${name} is not done here`);
    return answers[name](event.origin, event.data, prefix);
  };

  window.addEventListener("message", (event) => {
    const data = event.data;
    if (typeof data !== "object" || data === null || typeof data.subject !== "string" || !event.source) return;
    const prefix = [PREFIX, LEGACY].find((each) => data.subject.startsWith(each));
    if (prefix === undefined || data.subject.endsWith(".response") || data.subject.length > LONGEST_NAME) return;
    const name = data.subject.slice(prefix.length);
    if (Object.hasOwn(orders, name)) {
      const frame = [...document.querySelectorAll("iframe")].find((each) => each.contentWindow === event.source);
      if (frame && known.has(event.origin)) orders[name](frame, data);
      return;
    }
    if (event.origin === "null" || faulty.has("silent")) return;
    const reply = { subject: `${data.subject}.response` };
    if (isName(data.message_id)) reply.message_id = data.message_id;
    try {
      Object.assign(reply, answer(event, prefix, name));
    } catch (error) {
      reply.error = { code: error.code || "bad_request", message: error.message };
    }
    event.source.postMessage(reply, event.origin);
  });

  window.ltiMessagesReady = true;
})();
