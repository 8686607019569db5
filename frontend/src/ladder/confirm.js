// After the platform has answered: fetch the secret from where it lies, and send the form once more from our own page.
import { PlatformStorage } from "./platform.js";

const show = (form, name, is = true) => form.querySelector(`[data-${name}]`).toggleAttribute("hidden", !is);

async function bring(form) {
  if (form.dataset.confirm === "access") {
    await document.requestStorageAccess();
  } else {
    const { target, origin, key } = form.dataset;
    const storage = new PlatformStorage(target || "_parent", origin);
    await storage.isOffered();
    const secret = await storage.get(key);
    if (!secret) throw new Error("nothing kept");
    form.elements.namedItem("secret").value = secret;
    storage.put(key, null).catch(() => {}); // it has been used
  }
  form.submit();
}

export function confirm(form) {
  const failed = () => {
    show(form, "trying", false);
    show(form, "lost");
  };
  bring(form).catch(() => {
    if (form.dataset.confirm !== "access") return failed();
    // some browsers want a click each time
    show(form, "trying", false);
    show(form, "again");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      bring(form).catch(failed);
    });
  });
}
