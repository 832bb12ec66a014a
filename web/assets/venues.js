// The board of halls by days: one stop for the Tab key and arrows inside; a drag, or Shift with arrows, takes several parts.
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
let board, grid, anchor, picked = [], wanted;

const isFree = (link) => link?.matches(".part") && new URL(link.href).searchParams.has("from");
const param = (link, name) => new URL(link.href).searchParams.get(name);

// Rows of places; a place is a list of links: the hall's name, or a part of a day and what begins in it.
function lay() {
  return [...board.tBodies[0].rows].map((row) => [
    [row.querySelector("th a")],
    ...[...row.cells].slice(1).flatMap((cell) => {
      const slots = cell.querySelectorAll("td > div:not(.parts) > div");
      return [...cell.querySelectorAll(".part")].map((part, n) => [part, ...(slots[n]?.querySelectorAll("a") ?? [])]);
    }),
  ]);
}

function where(link) {
  for (const [r, row] of grid.entries())
    for (const [c, place] of row.entries()) if (place.includes(link)) return [r, c, place.indexOf(link)];
  return null;
}

function settle(link) {
  for (const other of board.querySelectorAll("tbody a")) other.tabIndex = other === link ? 0 : -1;
}

function go(r, c, n = 0) {
  const row = grid[Math.min(Math.max(r, 0), grid.length - 1)];
  const place = row[Math.min(Math.max(c, 0), row.length - 1)];
  place.at(n).focus();
}

function pick(links) {
  picked = links;
  for (const part of board.querySelectorAll(".part")) part.toggleAttribute("data-picked", links.includes(part));
  const said = document.querySelector("[data-board-said]");
  said.textContent = links.length > 1 ? `${links[0].ariaLabel} – ${links.at(-1).ariaLabel}` : "";
}

// All parts from one to another of the same hall, as far as they are free without a gap.
function reach(from, to) {
  const [row, start] = where(from);
  const [other, end] = where(to);
  const step = Math.sign(end - start);
  const found = [from];
  for (let c = start + step; row === other && step && c !== end + step; c += step) {
    const next = grid[row][c][0], last = found.at(-1);
    const [earlier, later] = step > 0 ? [last, next] : [next, last];
    if (!isFree(next) || param(earlier, "to") !== param(later, "from")) break;
    found.push(next);
  }
  return step < 0 ? found.reverse() : found;
}

function book() {
  const address = new URL(picked[0].href);
  address.searchParams.set("to", param(picked.at(-1), "to"));
  location.assign(address);
}

function turn(week) {
  const at = where(document.activeElement);
  const link = document.querySelector(`[data-week=${week}]`);
  if (!link) return;
  wanted = at;
  link.click();
}

function press(event) {
  const at = where(event.target);
  if (!at || event.altKey || event.metaKey) return;
  const [r, c, n] = at;
  const [down, along] = MOVES[event.key] ?? [0, 0];
  if (event.key === "Enter" && picked.length > 1) book();
  else if (event.key === "Escape" && picked.length) pick([]);
  else if (event.key === "PageUp") turn("before");
  else if (event.key === "PageDown") turn("after");
  else if (event.key === "Home") go(event.ctrlKey ? 0 : r, 0);
  else if (event.key === "End") go(event.ctrlKey ? Infinity : r, Infinity);
  else if (along && event.shiftKey && isFree(event.target)) {
    anchor ??= event.target;
    const next = grid[r][c + along]?.[0];
    const links = next ? reach(anchor, next) : [];
    if (links.includes(next)) { pick(links); next.focus(); }
  } else if (along) go(r, c + along);
  else if (down && grid[r][c][n + down] && n + down >= 0) grid[r][c][n + down].focus();
  else if (down && grid[r + down]) go(r + down, c, down > 0 ? 0 : -1);
  else if (!down) return;
  if (!event.shiftKey) { anchor = null; if (down || along) pick([]); }
  event.preventDefault();
}

function begin() {
  const found = document.querySelector("[data-board]");
  if (!found || found === board) return;
  board = found;
  grid = lay();
  picked = [];
  board.setAttribute("role", "grid");
  settle(grid[0][0][0]);
  if (wanted) go(...wanted);
  wanted = null;
  board.addEventListener("keydown", press);
  board.addEventListener("focusin", (event) => where(event.target) && settle(event.target));
  board.addEventListener("dragstart", (event) => event.preventDefault());
  board.addEventListener("pointerdown", (event) => {
    const part = event.target.closest(".part");
    anchor = event.button === 0 && event.pointerType !== "touch" && isFree(part) ? part : null;
  });
  board.addEventListener("pointerover", (event) => {
    const part = event.target.closest(".part");
    if (anchor && event.buttons === 1 && part) pick(reach(anchor, part));
  });
  // A press that ends on the part where it began is an ordinary click on its link.
  board.addEventListener("pointerup", () => { if (picked.length > 1 && anchor) book(); anchor = null; });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copy);
  input.select();
  await navigator.clipboard?.writeText(input.value);
  button.setAttribute("aria-pressed", "true");
});

// What renews itself by the clock stays as it is while the house cannot be reached.
for (const name of ["htmx:error", "htmx:before:response"]) {
  document.addEventListener(name, (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (!sourceElement?.matches?.("[data-hx-trigger^=every]") || response?.raw.ok) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
}
document.addEventListener("htmx:after:swap", begin);
begin();
