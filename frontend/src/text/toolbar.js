// The toolbar: one tab stop, arrow keys inside, its state after the text's.
import { h } from "./dialog.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** "Control+B" for assistive technology, "Ctrl+B" for the eye. */
const spoken = (key) => `${MAC ? "Meta" : "Control"}+${key}`;
const seen = (key) => `${MAC ? "⌘" : "Ctrl+"}${key}`;

function makeButton(command) {
  const { id, label, key, menu, text } = command;
  const name = key ? `${label} (${seen(key)})` : label;
  const content = text ? [h("span", { class: "rich-value" }, text)] : [icon(id)];
  const button = h(
    "button",
    {
      type: "button",
      class: text ? "rich-button rich-wide" : "rich-button",
      tabindex: "-1",
      "data-command": id,
      "aria-label": text ? null : label,
      title: text ? null : name,
      "aria-keyshortcuts": key ? spoken(key) : null,
      "aria-pressed": command.active && !menu ? "false" : null,
      "aria-haspopup": menu ? "menu" : null,
      "aria-expanded": menu ? "false" : null,
    },
    ...content,
  );
  if (menu) button.append(icon("open"));
  return button;
}

/**
 * Build the toolbar.
 * @param groups lists of commands (see commands.js)
 * @param settings label, controls (id of the text), back() focuses the text
 */
export function toolbar(groups, { label, controls, back }) {
  const entries = [];
  const parts = groups.map((group) => {
    const part = h("div", { class: "rich-group", role: group.label ? "group" : null, "aria-label": group.label ?? null });
    for (const command of group.commands) {
      const button = makeButton(command);
      entries.push({ command, button, part });
      part.append(button);
    }
    return part;
  });
  const tools = h("div", { role: "toolbar", class: "rich-tools", "aria-label": label, "aria-controls": controls }, ...parts);
  const element = h("div", { class: "rich-bar" }, tools);
  let menu = null;

  const shown = () => entries.filter(({ part }) => !part.hidden).map(({ button }) => button);

  function stop(button) {
    for (const entry of entries) entry.button.tabIndex = entry.button === button ? 0 : -1;
  }

  function activate({ command, button }) {
    menu?.close();
    menu = null;
    if (button.getAttribute("aria-disabled") === "true") return;
    if (command.menu) menu = openMenu({ button, host: element, label: command.label, items: command.menu(), back });
    else {
      back();
      command.run();
    }
  }

  tools.addEventListener("mousedown", (event) => event.preventDefault());
  tools.addEventListener("click", ({ target }) => {
    const entry = entries.find(({ button }) => button === target.closest("button"));
    if (!entry) return;
    stop(entry.button);
    if (entry.button.getAttribute("aria-expanded") === "true") menu?.close();
    else activate(entry);
  });
  tools.addEventListener("keydown", (event) => {
    const buttons = shown();
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    const entry = entries.find(({ button }) => button === document.activeElement);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (to !== undefined) {
      const next = buttons.at(to % buttons.length);
      stop(next);
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Escape") back();
    else if (event.key === "ArrowDown" && entry?.command.menu) activate(entry);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  stop(entries[0].button);

  /** Show what holds at the selection. */
  function refresh() {
    for (const { command, button, part } of entries) {
      if (command.shown) part.hidden = !command.shown();
      if (command.active && !command.menu) button.setAttribute("aria-pressed", String(Boolean(command.active())));
      if (command.able && !command.able()) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
      if (command.value) {
        const { text, name } = command.value();
        button.querySelector(".rich-value").textContent = text;
        button.setAttribute("aria-label", name);
      }
    }
    if (!shown().some((button) => button.tabIndex === 0)) stop(shown()[0]);
  }

  return { element, tools, refresh, focus: () => shown().find((button) => button.tabIndex === 0).focus(), close: () => menu?.close() };
}
