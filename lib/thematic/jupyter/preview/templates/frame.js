// Shows the report in a frame, and the next one in its place as soon as it is there, at the same spot.
"use strict";

const about = document.getElementById("about");
const state = document.getElementById("state");
const failure = document.getElementById("failure");
const main = document.querySelector("main");
let page = 0;

const source = new EventSource("events");
source.onmessage = (event) => tell(JSON.parse(event.data));
source.onerror = () => {
  state.textContent = "This preview has ended.";
};

function tell(told) {
  about.textContent = told.about || "Preview";
  document.title = told.about ? `Preview: ${told.about}` : "Preview";
  state.textContent = told.making ? "making…" : told.made && `made at ${told.made}`;
  if (told.failure && told.made) {
    state.textContent = told.making ? "making…" : `below is what was made at ${told.made}`;
  }
  failure.hidden = !told.failure;
  failure.textContent = told.failure;
  if (told.page !== page) {
    page = told.page;
    load(page);
  }
}

function load(number) {
  const next = document.createElement("iframe");
  next.title = "The report";
  next.addEventListener("load", () => replace(next, number), { once: true });
  next.src = `report?${number}`;
  main.append(next);
}

function replace(next, number) {
  if (number !== page) {
    next.remove();
    return;
  }
  const before = main.querySelector("iframe.shown");
  if (before) {
    keepPlace(before.contentWindow, next.contentWindow);
    before.remove();
  }
  next.classList.add("shown");
}

function keepPlace(before, next) {
  const unfolded = [...before.document.querySelectorAll("details")].map((each) => each.open);
  const folds = next.document.querySelectorAll("details");
  if (folds.length === unfolded.length) {
    folds.forEach((each, index) => {
      each.open = unfolded[index];
    });
  }
  next.scrollTo({ left: before.scrollX, top: before.scrollY, behavior: "instant" });
}
