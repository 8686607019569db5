// What a browser with scripts may add; every page works without.
"use strict";
(() => {
  const { body, documentElement: root } = document;
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // In a frame: tell the platform how high the page is (lti.frameResize).
  if (window.parent !== window) {
    let told = 0;
    const tell = () => {
      const height = Math.ceil(body.getBoundingClientRect().height) + 24;
      if (Math.abs(height - told) > 4) {
        told = height;
        window.parent.postMessage({ subject: "lti.frameResize", height }, "*");
      }
    };
    new ResizeObserver(tell).observe(body);
    tell();
  }

  // The teacher's choice goes to the platform by itself.
  all("form[data-submit]", (form) => form.submit());

  // What went wrong is read first.
  const trouble = document.querySelector("[data-focus]");
  if (trouble) {
    trouble.tabIndex = -1;
    trouble.focus({ preventScroll: root.scrollTop > 0 });
  }

  // Leaving with something unsaved: the browser asks.
  const dirty = new Set();
  const guard = (form) => {
    if (form.hasAttribute("data-dirty")) dirty.add(form);
    form.addEventListener("input", () => dirty.add(form));
    form.addEventListener("submit", () => dirty.delete(form));
  };
  all("form[data-guard]", guard);
  window.addEventListener("beforeunload", (event) => {
    if (dirty.size) event.preventDefault();
  });

  // A second click does nothing visible; the server counts only the first anyway.
  all("form", (form) =>
    form.addEventListener("submit", (event) => {
      if (form.hasAttribute("data-sent")) return event.preventDefault();
      form.setAttribute("data-sent", "");
      event.submitter?.setAttribute("aria-disabled", "true");
      setTimeout(() => {
        form.removeAttribute("data-sent");
        event.submitter?.removeAttribute("aria-disabled");
      }, 5000);
    }),
  );

  // A radio button once pressed cannot be released otherwise.
  all("[data-activity]", (activity) => {
    const button = activity.querySelector("[data-clear]");
    const answer = () => activity.querySelector("input:checked");
    if (!button) return;
    const show = () => (button.hidden = !answer());
    activity.addEventListener("change", show);
    button.addEventListener("click", () => {
      const chosen = answer();
      chosen.checked = false;
      chosen.focus();
      chosen.dispatchEvent(new Event("input", { bubbles: true }));
      show();
    });
    show();
  });
})();
