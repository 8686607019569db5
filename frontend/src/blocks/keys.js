// Shortcuts: no single letters, so that nobody who dictates or types beside a field sets something off.
export function keys(editor) {
  document.addEventListener("keydown", (event) => {
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (isCommand && event.key.toLowerCase() === "s") {
      event.preventDefault();
      editor.flush({ now: true }).then(() => editor.state.sayNow());
    }
    const act = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    if (!act || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.matches("select")) return; // opens its list
    const form = event.target.closest?.("[data-block]")?.querySelector(`form[data-act="${act}"]`);
    if (!form) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button"));
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.more[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
