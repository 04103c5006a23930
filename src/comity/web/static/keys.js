// SPDX-License-Identifier: Apache-2.0
// Keys for people who work fast. Never fires while somebody types, nor with Ctrl, Alt or Meta.
"use strict";
(() => {
  let went = 0; // when "g" was pressed
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const at = () => rows().findIndex((row) => row.contains(document.activeElement));
  const focus = (row) => row && (row.querySelector("a[href]") || row).focus();
  const typing = (where) => where.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const acts = {
    j: () => focus(rows()[Math.min(at() + 1, rows().length - 1)]),
    k: () => focus(rows()[Math.max(at() - 1, 0)]),
    o: () => at() >= 0 && rows()[at()].querySelector("a[href]").click(),
    x: () => at() >= 0 && rows()[at()].querySelector("input[type=checkbox]")?.click(),
    "/": () => document.querySelector("[type=search]")?.focus(),
    "?": () => document.getElementById("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (Date.now() - went < 1500) {
      const place = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      went = 0;
      if (place) { event.preventDefault(); place.click(); return; }
    }
    if (event.key === "g") { went = Date.now(); return; }
    const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (own) { event.preventDefault(); own.tagName === "A" ? own.click() : own.focus(); if (own.tagName === "BUTTON") own.click(); return; }
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  });
  document.getElementById("language")?.addEventListener("change", (event) => event.target.form.requestSubmit());
  document.querySelector(".errors")?.focus();
})();
