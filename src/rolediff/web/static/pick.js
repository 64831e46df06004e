// Leads from the two roles picked to their comparison. Without this script the form asks the server.
"use strict";
for (const form of document.querySelectorAll("form.pick")) {
  const slugs = new Map();
  for (const option of form.querySelectorAll("option")) slugs.set(option.value.toLowerCase(), option.dataset.slug);
  const said = form.querySelector(".said");
  const there = form.dataset.pairs ? new Set(form.dataset.pairs.trim().split(" ")) : null;
  form.addEventListener("submit", (event) => {
    const [a, b] = ["a", "b"].map((name) => slugs.get(form.elements[name].value.trim().toLowerCase()));
    if (!a || !b) {
      if (!there) return; // the server reads other words too
      event.preventDefault();
      said.textContent = "Choose both roles from the lists.";
      return;
    }
    if (a === b) {
      event.preventDefault();
      said.textContent = "Choose two different roles.";
      return;
    }
    if (!there) return;
    event.preventDefault();
    const pair = [`${a}/${b}`, `${b}/${a}`].find((one) => there.has(one));
    if (pair) location.href = form.dataset.compare.replace(/index\.html$/, `${pair}/index.html`);
    else said.textContent = "These two are not compared here: one of them has too few openings.";
  });
}
