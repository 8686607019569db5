// What went wrong is read first.
const trouble = document.querySelector("[data-focus]");

if (trouble) {
  trouble.tabIndex = -1;
  trouble.focus({ preventScroll: document.documentElement.scrollTop > 0 });
}
