// The form shows only what matters for the notice and the situation: choosing another one asks for the form anew.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("[data-calculator]")) {
    for (const select of form.querySelectorAll("[data-reloads]")) {
      select.addEventListener("change", () => form.submit());
    }
  }
});
