// Comfort only: every page works without this file.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const boxes = () => all('input[name="numbers"][type="checkbox"]');
const form = () => document.getElementById("selection");

/* The selection */

let anchor = null;

function count() {
  const bar = form();
  const every = boxes();
  const ticked = every.filter((box) => box.checked);
  const shown = bar && bar.querySelector("[data-selected]");
  if (!shown) return;
  const everything = document.querySelector("[data-all]:checked");
  shown.textContent = everything ? everything.dataset.all : ticked.length;
  bar.classList.toggle("has-selection", ticked.length > 0 || Boolean(everything));
  mixed(bar.querySelector("[data-select-all]"), every, ticked.length);
  for (const head of all("[data-select-shelf]")) {
    const own = boxes().filter((box) => box.closest("table") === head.closest("table"));
    mixed(head, own, own.filter((box) => box.checked).length);
  }
}

function mixed(box, of, ticked) {
  box.checked = of.length > 0 && ticked === of.length;
  box.indeterminate = ticked > 0 && ticked < of.length;
}

function tick(list, checked) {
  for (const box of list) box.checked = checked;
  count();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest('input[name="numbers"][type="checkbox"]');
  if (!box) return;
  const every = boxes();
  if (event.shiftKey && anchor !== null && every.some((other) => other.value === anchor)) {
    const ends = [every.findIndex((other) => other.value === anchor), every.indexOf(box)].sort((a, b) => a - b);
    tick(every.slice(ends[0], ends[1] + 1), box.checked);
  }
  anchor = box.value;
  count();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) count();
  if (event.target.matches("[data-select-all]")) tick(boxes(), event.target.checked);
  if (event.target.matches("[data-select-shelf]")) {
    const table = event.target.closest("table");
    tick(boxes().filter((box) => box.closest("table") === table), event.target.checked);
  }
});

/* A row's "Assign" takes the application chosen above; without one, the choice is what is missing. */
document.addEventListener("click", (event) => {
  const picker = document.querySelector("[data-picker]");
  if (!event.target.closest("[data-needs-picker]") || !picker || picker.value) return;
  event.preventDefault();
  const number = event.target.closest("tr").dataset.number;
  tick(boxes(), false);
  tick(boxes().filter((box) => box.value === number), true);
  picker.focus();
  if (picker.showPicker) try { picker.showPicker(); } catch { /* the browser wants another gesture */ }
}, true);

/* Keys: "/" to the search, Esc closes a message or clears the selection */

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  if (event.key !== "Escape" || document.querySelector(":popover-open")) return;
  const message = document.querySelector("#messages > :last-child");
  if (message) message.remove();
  else if (!typing) tick(boxes(), false);
  else if (event.target.matches("[data-search]")) event.target.blur();
});

/* Small buttons */

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest("#messages > *").remove();
  const copy = event.target.closest("[data-copy]");
  if (copy) copied(copy);
});

async function copied(button) {
  const name = button.getAttribute("aria-label");
  let said = "Copied";
  try { await navigator.clipboard.writeText(button.dataset.copy); } catch { said = button.dataset.copy; }
  const before = button.innerHTML;
  button.textContent = said;
  button.removeAttribute("aria-label");
  setTimeout(() => { button.innerHTML = before; if (name) button.setAttribute("aria-label", name); }, 1600);
}

/* A plain form is sent once */

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "yes";
  if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const sent of all("[data-sent]")) {
    delete sent.dataset.sent;
    for (const button of all("[aria-busy]", sent)) button.removeAttribute("aria-busy");
  }
  fold();
  count();
});

/* Folds stay as they were */

const closed = new Set(JSON.parse(sessionStorage.getItem("folds") || "[]"));

function fold() {
  for (const group of all("details[data-application-group]")) {
    if (closed.has(group.dataset.applicationGroup)) group.open = false;
  }
}

document.addEventListener("click", (event) => {
  const summary = event.target.closest("details[data-application-group] > summary");
  if (!summary) return;
  const group = summary.parentElement;
  // The click opens or closes it after this.
  if (group.open) closed.add(group.dataset.applicationGroup);
  else closed.delete(group.dataset.applicationGroup);
  sessionStorage.setItem("folds", JSON.stringify([...closed]));
});

/* Swaps: what was ticked, typed and focused stays, but for what was sent */

let kept = null;

document.addEventListener("htmx:configRequest", (event) => {
  const detail = event.detail;
  if (!detail.elt.matches("[data-filters]")) return;
  // Only what is asked for stands in the address.
  for (const [name, value] of [...detail.formData.entries()]) if (value === "" || (name === "sort" && value === "number")) detail.formData.delete(name);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const button = pressed(event.detail.requestConfig);
  if (button) button.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterRequest", (event) => {
  for (const button of all("[aria-busy]")) button.removeAttribute("aria-busy");
  const config = event.detail.requestConfig;
  if (event.detail.elt.id === "selection" && event.detail.xhr.status < 400 && !config.formData.get("only")) {
    const reason = event.detail.elt.querySelector('[name="reason"]');
    if (reason) reason.value = "";
  }
});

function pressed(config) {
  const cause = config.triggeringEvent;
  return cause && cause.submitter ? cause.submitter : null;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, target } = event.detail;
  const whole = /^\s*<!doctype/i.test(xhr.responseText);
  if (whole && xhr.status >= 400) {
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const text = page.querySelector("[data-problem]");
    event.detail.shouldSwap = false;
    return complain(text ? text.textContent : `The server answered ${xhr.status}. Reload the page before you go on.`);
  }
  const sent = new Set(requestConfig.verb === "post" ? requestConfig.formData.getAll("numbers") : []);
  const only = requestConfig.formData.get("only");
  kept = {
    ticked: new Set(boxes().filter((box) => box.checked).map((box) => box.value)),
    typed: all("input[type=number]", target).filter((box) => box.value !== box.defaultValue).map((box) => [box.id, box.value]),
    sent: only ? new Set([only]) : sent,
    focus: (pressed(requestConfig) || document.activeElement || {}).id,
    failed: xhr.status >= 400,
    form: requestConfig.elt.id,
    top: requestConfig.elt.matches("[data-to-top]"),
  };
});

/* Rows that moved up under the pointer take no second click at once. */
function holdStill() {
  document.body.classList.add("still");
  setTimeout(() => document.body.classList.remove("still"), 800);
}

document.addEventListener("htmx:afterSwap", () => {
  holdStill();
  fold();
  if (kept) {
    for (const box of boxes()) if (kept.ticked.has(box.value) && (kept.failed || !kept.sent.has(box.value))) box.checked = true;
    for (const [id, value] of kept.typed) {
      const box = document.getElementById(id);
      if (box && box.form.id !== kept.form) box.value = value;
    }
  }
  count();
});

document.addEventListener("htmx:afterSettle", () => {
  if (!kept) return;
  if (!document.activeElement || document.activeElement === document.body) refocus(kept.focus);
  if (kept.top) document.getElementById("main").scrollIntoView({ block: "start" });
  kept = null;
});

function refocus(id) {
  const panel = document.querySelector("[data-held] button");
  const element = panel || (id && document.getElementById(id));
  if (element && !element.disabled) element.focus({ preventScroll: true });
}

/* Trouble on the way */

function complain(text) {
  const box = document.createElement("div");
  box.className = "message";
  box.dataset.message = "error";
  box.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  document.getElementById("messages").replaceChildren(box);
}

document.addEventListener("htmx:sendError", () => complain(
  "No answer from numberadmin: the connection was lost. If you were changing something, look in the audit whether it was sent before you repeat it."
));
document.addEventListener("htmx:timeout", () => complain("The server took too long. Look in the audit before you repeat a change."));
