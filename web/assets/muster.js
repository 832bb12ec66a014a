// Everything works without this file; it only makes waiting shorter.
import "htmx.org";
import "./venues.js";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

// 大字 and 深色: a pressed button sets one data attribute on <html>; the cookie tells the server the next time.
const now = {
  size: () => root.dataset.size ?? "normal",
  theme: () => root.dataset.theme ?? (dark.matches ? "dark" : "light"),
};
const pairs = { size: ["normal", "large"], theme: ["light", "dark"] };

function paint() {
  for (const button of document.querySelectorAll("[data-mode]")) {
    const [off, on] = pairs[button.dataset.mode];
    const isOn = now[button.dataset.mode]() === on;
    button.setAttribute("aria-pressed", String(isOn));
    button.value = isOn ? off : on;
  }
}

function toggle(mode) {
  const [off, on] = pairs[mode];
  const word = now[mode]() === on ? off : on;
  root.dataset[mode] = word;
  const kept = document.cookie.match(/(?:^|; )muster_modes=([^;]*)/)?.[1].split(".") ?? [];
  const words = [...kept.filter((w) => w && !pairs[mode].includes(w)), word].join(".");
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `muster_modes=${words}; path=/; max-age=31536000; samesite=lax${secure}`;
  paint();
}

// A toast counts down while its undo still works; pointer or focus on it stops the clock.
function count(toast) {
  toast.dataset.counting = "";
  let left = Number(toast.dataset.seconds);
  const out = toast.querySelector("[data-left]");
  const timer = setInterval(() => {
    if (toast.matches(":hover, :focus-within")) return;
    out.textContent = String(--left);
    if (left > 0) return;
    clearInterval(timer);
    toast.remove();
  }, 1000);
}

function start() {
  paint();
  document.querySelectorAll(".toasts [data-seconds]:not([data-counting])").forEach(count);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mode], [data-print]");
  if (!button) return;
  event.preventDefault();
  if (button.dataset.mode) toggle(button.dataset.mode);
  else print();
});

// A part is swapped only where the answer holds it; any other answer (an error, a sign-in page) is shown whole.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.select || new DOMParser().parseFromString(ctx.text, "text/html").querySelector(ctx.select)) return;
  Object.assign(ctx, { select: null, target: document.body, swap: "innerHTML" });
  scrollTo(0, 0);
});
// Without a network the browser's own page says so; what was sent may have arrived, so it is not sent again.
document.addEventListener("htmx:error", (event) => {
  const { method, action } = event.detail.ctx.request;
  if (method === "GET") location.assign(action);
  else location.reload();
});
document.addEventListener("htmx:after:swap", start);

start();
dark.addEventListener("change", paint);
