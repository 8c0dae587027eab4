"use strict";
// What HTML cannot do by itself: copy, live progress, a look at an EID as it is typed, and the camera.
// Every page works without this file; elements of the class needs-script are hidden then.

document.documentElement.classList.add("has-script");

// --- copy: the text stands in data-copy; for two seconds the button says that it was done.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const field = document.createElement("textarea");
    field.value = button.dataset.copy;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  told.textContent = button.dataset.done;
  button.append(told);
  setTimeout(() => told.remove(), 2000);
});

// --- an explanation that would leave the screen is moved back onto it.
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const tip = event.target.closest?.(".has-tip")?.querySelector(".tip");
    if (!tip) return;
    tip.style.translate = "none";
    const { right, bottom, height } = tip.getBoundingClientRect();
    const left = Math.max(0, right - document.documentElement.clientWidth + 8);
    const up = bottom > document.documentElement.clientHeight ? height + 36 : 0;
    if (left || up) tip.style.translate = `${-left}px ${-up}px`;
  });
}

// --- an error summary takes the focus, so that a screen reader begins there.
document.querySelector("[data-focus]")?.focus();

// --- on a narrow screen the menu begins at the page where one is.
const menu = document.querySelector(".menu ul");
const here = menu?.querySelector("[aria-current]");
if (here && menu.scrollWidth > menu.clientWidth) menu.scrollLeft = here.parentElement.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;

// --- what can be scrolled sideways is told by a tab stop only where there is something to scroll.
for (const around of document.querySelectorAll(".table-around[tabindex]")) {
  if (around.scrollWidth <= around.clientWidth) around.removeAttribute("tabindex");
}

// --- what takes longer than 300 ms shows that something happens; a form is not sent twice.
// What is answered with a file (download, data-file) leaves the page as it is, and tells nobody when it came.
let waiting;
const wait = () => { waiting = setTimeout(() => document.documentElement.classList.add("is-waiting"), 300); };
addEventListener("submit", (event) => {
  if ("file" in event.target.dataset) return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  if (event.target.method === "post") event.target.dataset.sent = "yes";
  wait();
});
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const isPlain = !event.defaultPrevented && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (link && isPlain && link.origin === location.origin && !link.hasAttribute("download") && !("file" in link.dataset) && !link.getAttribute("href").startsWith("#")) wait();
});
addEventListener("pageshow", () => {
  clearTimeout(waiting);
  document.documentElement.classList.remove("is-waiting");
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// --- live progress: the server sends the piece of the page again whenever it has changed.
for (const live of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(live.dataset.live);
  source.addEventListener("show", (event) => { live.innerHTML = JSON.parse(event.data).html; });
  source.addEventListener("over", () => { source.close(); document.dispatchEvent(new CustomEvent("live-over")); });
  addEventListener("pagehide", () => source.close());
}

// --- an EID as it is typed: in fours, counted, and judged at the last digit (value modulo 97 is 1).
const plainEid = (text) => text.replace(/[\s-]/g, "");
const fitsEid = (digits) => /^\d{32}$/.test(digits) && [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;

function judgeEid(field) {
  const told = field.parentElement.querySelector("[data-eid-told]");
  const digits = plainEid(field.value);
  if (!digits) told.textContent = "";
  else if (digits.length < 32) told.textContent = field.dataset.eidCount.replace("#", digits.length);
  else told.textContent = fitsEid(digits) ? field.dataset.eidGood : field.dataset.eidBad;
}

for (const field of document.querySelectorAll("[data-eid]")) {
  field.addEventListener("input", () => judgeEid(field));
  field.addEventListener("blur", () => {
    const digits = plainEid(field.value);
    if (/^\d+$/.test(digits)) field.value = digits.replace(/(.{4})(?=.)/g, "$1 ");
  });
}

// --- the camera, where the browser can read codes: the picture never leaves the device.
async function scan(around) {
  const field = document.getElementById(around.dataset.scan);
  const view = around.querySelector(".scan-view");
  const video = around.querySelector("video");
  const told = around.querySelector("[data-scan-told]");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    told.textContent = told.dataset.denied;
    return;
  }
  view.hidden = false;
  video.srcObject = stream;
  await video.play();
  const end = () => { for (const track of stream.getTracks()) track.stop(); view.hidden = true; };
  around.querySelector("[data-scan-end]").addEventListener("click", end, { once: true });
  const detector = new BarcodeDetector({ formats: ["qr_code", "code_128", "data_matrix"] });
  while (!view.hidden) {
    for (const code of await detector.detect(video).catch(() => [])) {
      const found = code.rawValue.match(/\d[\d\s-]{30,46}\d/)?.map(plainEid).find(fitsEid);
      if (found) {
        field.value = found;
        field.dispatchEvent(new Event("input"));
        field.dispatchEvent(new Event("blur"));
        end();
        field.focus();
        return;
      }
      told.textContent = told.dataset.nothing;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

if ("BarcodeDetector" in window && navigator.mediaDevices) {
  for (const around of document.querySelectorAll("[data-scan]")) {
    around.hidden = false;
    around.querySelector("[data-scan-begin]").addEventListener("click", () => scan(around));
  }
}
