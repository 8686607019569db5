// Buttons for letters that a keyboard may lack; without a script they stay hidden, and everything else works.
const FIELDS = "input[type=text], textarea";

/** Puts text where the cursor of a field is, as if it were typed. */
function typed(field, text) {
  const [start, end] = [field.selectionStart, field.selectionEnd];
  if (field.maxLength >= 0 && field.value.length - (end - start) + text.length > field.maxLength) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** One stop of the Tab key for the whole row, arrows inside. */
function rove(row, buttons) {
  const show = (current) => {
    for (const button of buttons) button.tabIndex = button === current ? 0 : -1;
  };
  row.addEventListener("keydown", (event) => {
    const place = buttons.indexOf(event.target);
    const next = {
      ArrowRight: (place + 1) % buttons.length,
      ArrowLeft: (place - 1 + buttons.length) % buttons.length,
      Home: 0,
      End: buttons.length - 1,
    }[event.key];
    if (place < 0 || next === undefined) return;
    event.preventDefault();
    buttons[next].focus();
  });
  row.addEventListener("focusin", (event) => show(event.target));
  show(buttons[0]);
}

function start(row) {
  const activity = row.closest("[data-activity]") ?? row.parentElement;
  const buttons = [...row.querySelectorAll("button")];
  const capitals = row.querySelector("[data-capitals]");
  let field = activity.querySelector(FIELDS);
  if (!field || !buttons.length) return;
  activity.addEventListener("focusin", ({ target }) => {
    if (target.matches(FIELDS)) field = target;
  });
  // a press of the mouse or of a finger leaves the cursor where it is
  row.addEventListener("mousedown", (event) => event.preventDefault());
  capitals?.addEventListener("click", () => {
    const large = capitals.getAttribute("aria-pressed") !== "true";
    capitals.setAttribute("aria-pressed", String(large));
    for (const button of row.querySelectorAll("[data-letter]")) {
      const letter = button.dataset.letter;
      const upper = letter.toUpperCase();
      button.textContent = large && upper.length === 1 ? upper : letter;
    }
  });
  row.addEventListener("click", (event) => {
    const button = event.target.closest("[data-letter]");
    if (!button) return;
    const letter = event.shiftKey ? button.dataset.letter.toUpperCase() : button.textContent;
    typed(field, letter.length === 1 ? letter : button.dataset.letter);
    if (event.detail) field.focus(); // who uses keys stays in the row
  });
  rove(row, buttons);
  row.hidden = false;
}

/** @param {ParentNode} root where the questions are. */
export function init(root) {
  for (const row of root.querySelectorAll("[data-letters]")) start(row);
}
