// What leads away from the editor waits until all is saved: what is read or published is what was just typed.
function goesHere(link, event) {
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  return isPlain && link.origin === location.origin && !link.target && !link.download && !link.closest("[data-behind]");
}

const inPage = (link) => link.pathname === location.pathname && link.hash;

export function leaving(editor) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || !editor.isDirty || !goesHere(link, event) || inPage(link)) return;
    event.preventDefault();
    await editor.flush({ now: true });
    location.assign(link.href);
  });
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.matches("[data-act], [data-autosave]") || !editor.isDirty) return;
    event.preventDefault();
    if (await editor.flush({ now: true })) form.requestSubmit(submitter);
    else editor.state.sayNow();
  });
}
