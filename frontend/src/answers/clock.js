// The time that is left, as the server counts it: the device's own clock is never asked. It can be hidden, and comes back
// when little is left; nothing ends here but by the server.
const TOLD = [600, 300, 60];

export function countdown(form) {
  const place = document.getElementById("time-left");
  if (!place?.dataset.remaining) return null;
  const text = place.querySelector("[data-text]");
  const voice = document.getElementById("answers-voice");
  const button = place.querySelector("[data-hide-time]");
  let end = performance.now() + 1000 * Number(place.dataset.remaining);
  let left = Number(place.dataset.remaining);
  let isHidden = false;
  let isOver = false;
  let over = () => {};

  const words = (seconds) => {
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
    const rest = String(seconds % 60).padStart(2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  };
  const show = () => {
    text.hidden = isHidden;
    if (button) button.textContent = isHidden ? button.dataset.show : button.dataset.hide;
  };
  const tick = () => {
    const before = left;
    left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    text.textContent = words(left);
    const passed = TOLD.find((mark) => before > mark && left <= mark);
    if (passed) {
      voice.textContent = place.dataset.told.replace("{minutes}", Math.ceil(left / 60));
      if (passed === 300) isHidden = false;
      show();
    }
    if (!left && !isOver) {
      isOver = true;
      over();
    }
  };
  button?.addEventListener("click", () => {
    isHidden = !isHidden;
    show();
  });
  if (button) button.hidden = false;
  setInterval(tick, 1000);
  tick();
  show();
  return {
    /** The server says again how much is left: a teacher may have given more. */
    set(seconds) {
      if (seconds === null || seconds === undefined) return;
      end = performance.now() + 1000 * seconds;
      isOver = false;
      left = seconds + 1;
    },
    whenOver(act) {
      over = act;
    },
  };
}
