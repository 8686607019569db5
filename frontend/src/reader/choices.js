// A radio button once pressed cannot be released otherwise.
for (const activity of document.querySelectorAll("[data-activity]")) {
  const button = activity.querySelector("[data-clear]");
  if (!button) continue;
  const answer = () => activity.querySelector("input:checked");
  const show = () => {
    button.hidden = !answer();
  };
  activity.addEventListener("change", show);
  button.addEventListener("click", () => {
    const chosen = answer();
    chosen.checked = false;
    chosen.focus();
    chosen.dispatchEvent(new Event("input", { bubbles: true }));
    show();
  });
  show();
}
