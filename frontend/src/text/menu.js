// A menu that drops from a button of the toolbar.
import { h } from "./dialog.js";

/**
 * Open a menu under `button`.
 * items: {label, role, checked, disabled, run, separator}; `host` is the positioned element that takes it;
 * `back` gives the focus back to the text.
 */
export function openMenu({ button, host, label, items, back }) {
  const rows = items.map((item) =>
    h(
      "button",
      {
        type: "button",
        role: item.role ?? "menuitem",
        tabindex: "-1",
        "aria-checked": item.role ? String(Boolean(item.checked)) : null,
        "aria-disabled": item.disabled ? "true" : null,
        "aria-keyshortcuts": item.keys ?? null,
        lang: item.lang ?? null,
        "data-command": item.id,
        class: item.separator ? "rich-apart" : null,
      },
      h("span", { class: item.className ?? null }, item.label),
    ),
  );
  const menu = h("div", { role: "menu", class: "rich-menu", "aria-label": label }, ...rows);
  const outside = ({ target }) => !menu.contains(target) && !button.contains(target) && close();
  let closed = false;

  function close(focus) {
    if (closed) return;
    closed = true;
    document.removeEventListener("pointerdown", outside, true);
    button.setAttribute("aria-expanded", "false");
    menu.remove();
    focus?.focus();
  }

  function move(step) {
    const at = rows.indexOf(document.activeElement);
    rows.at((at + step + rows.length) % rows.length).focus();
  }

  function letter(key) {
    const at = rows.indexOf(document.activeElement);
    const order = [...rows.slice(at + 1), ...rows.slice(0, at + 1)];
    order.find((row) => row.textContent.toLowerCase().startsWith(key.toLowerCase()))?.focus();
  }

  menu.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Home: () => rows[0].focus(), End: () => rows.at(-1).focus() };
    event.stopPropagation();
    if (steps[event.key]) steps[event.key]();
    else if (event.key === "Escape") close(button);
    else if (event.key === "Tab") close(button);
    else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) letter(event.key);
    else return;
    if (event.key !== "Tab") event.preventDefault();
  });
  menu.addEventListener("mousedown", (event) => event.preventDefault());
  menu.addEventListener("click", (event) => {
    const item = items[rows.indexOf(event.target.closest("[role^='menuitem']"))];
    if (!item || item.disabled) return;
    close();
    back();
    item.run();
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !menu.contains(relatedTarget)) close();
  });
  document.addEventListener("pointerdown", outside, true);
  host.append(menu);
  const left = button.getBoundingClientRect().left - host.getBoundingClientRect().left;
  menu.style.left = `${Math.max(0, Math.min(left, host.clientWidth - menu.offsetWidth))}px`;
  button.setAttribute("aria-expanded", "true");
  (rows.find((row) => row.getAttribute("aria-checked") === "true" && row.getAttribute("role") === "menuitemradio") ?? rows[0]).focus();
  return { close };
}
