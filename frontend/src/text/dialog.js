// A modal dialog with labelled fields. It stands in <body>: inside the page's form its fields would be saved with it.

let count = 0;

/** An element with attributes (true: present; null, false: absent) and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function control(field, id) {
  const shared = { id, "aria-describedby": field.hint ? `${id}-hint` : null, ...field.attributes };
  if (field.type === "select") {
    const select = h("select", shared, ...field.options.map(([value, text]) => h("option", { value }, text)));
    select.value = field.value ?? field.options[0]?.[0] ?? "";
    return select;
  }
  if (field.type === "textarea") {
    const area = h("textarea", { rows: 3, ...shared });
    area.value = field.value ?? "";
    return area;
  }
  const input = h("input", { type: field.type ?? "text", ...shared });
  if (field.type === "checkbox") input.checked = Boolean(field.value);
  else if (field.type !== "file") input.value = field.value ?? "";
  return input;
}

function row(field, id) {
  const input = control(field, id);
  const label = h("label", { for: id }, field.label);
  const hint = field.hint ? h("span", { class: "hint", id: `${id}-hint` }, field.hint) : null;
  const tick = field.type === "checkbox";
  const element = tick ? h("div", { class: "tick" }, input, label, hint) : h("div", { class: "field" }, label, input, hint);
  return { element, input };
}

class Dialog {
  constructor(settings) {
    count += 1;
    this.id = `rich-dialog-${count}`;
    this.settings = settings;
    this.inputs = {};
    this.rows = {};
    this.status = h("p", { role: "status", class: "rich-dialog-status" });
    const fields = settings.fields.map((field) => {
      const { element, input } = row(field, `${this.id}-${field.name}`);
      this.inputs[field.name] = input;
      this.rows[field.name] = element;
      return element;
    });
    this.form = h(
      "form",
      { novalidate: true },
      h("h2", { id: `${this.id}-heading` }, settings.title),
      ...fields,
      this.status,
      h(
        "p",
        { class: "actions" },
        h("button", { type: "submit", class: "primary" }, settings.submit),
        ...(settings.actions ?? []).map(({ value, label }) => h("button", { type: "button", "data-action": value }, label)),
        h("button", { type: "button", "data-action": "" }, settings.cancel),
      ),
    );
    this.element = h("dialog", { class: "rich-dialog", "aria-labelledby": `${this.id}-heading` }, this.form);
  }

  values() {
    const read = (input) => (input.type === "checkbox" ? input.checked : input.type === "file" ? (input.files[0] ?? null) : input.value.trim());
    return Object.fromEntries(Object.entries(this.inputs).map(([name, input]) => [name, read(input)]));
  }

  /** Say what is wrong, beside the fields. */
  problems(found) {
    for (const [name, input] of Object.entries(this.inputs)) {
      const id = `${this.id}-${name}`;
      document.getElementById(`${id}-error`)?.remove();
      const hint = document.getElementById(`${id}-hint`) ? `${id}-hint` : null;
      input.removeAttribute("aria-invalid");
      if (found[name]) {
        input.setAttribute("aria-invalid", "true");
        this.rows[name].append(h("p", { class: "error", id: `${id}-error` }, found[name]));
      }
      const described = [hint, found[name] ? `${id}-error` : null].filter(Boolean).join(" ");
      if (described) input.setAttribute("aria-describedby", described);
      else input.removeAttribute("aria-describedby");
    }
    this.inputs[Object.keys(this.inputs).find((name) => found[name])]?.focus();
  }

  /** Show it; resolves with {action, values}, or null if it was given up. */
  run() {
    return new Promise((resolve) => {
      const finish = (result) => {
        this.element.close();
        this.element.remove();
        resolve(result);
      };
      this.form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (this.busy) return;
        this.busy = true;
        const values = this.values();
        const found = (await this.settings.check?.(values, this)) ?? {};
        this.busy = false;
        if (Object.keys(found).length) this.problems(found);
        else if (this.element.isConnected) finish({ action: "submit", values });
      });
      this.form.addEventListener("click", ({ target }) => {
        const action = target.closest("[data-action]")?.dataset.action;
        if (action !== undefined) finish(action ? { action, values: this.values() } : null);
      });
      this.element.addEventListener("cancel", (event) => {
        event.preventDefault();
        finish(null);
      });
      document.body.append(this.element);
      this.settings.setup?.(this);
      this.element.showModal();
      const first = Object.values(this.inputs).find((input) => !input.closest("[hidden]"));
      first?.focus();
      if (first?.matches("input:not([type='file'], [type='checkbox'])")) first.select();
    });
  }
}

/**
 * Open a dialog.
 * @param {object} settings title, fields, submit, cancel, actions [{value, label}], setup(dialog),
 *   check(values, dialog) → {field: message} (may be a promise)
 */
export const openDialog = (settings) => new Dialog(settings).run();
