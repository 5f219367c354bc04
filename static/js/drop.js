// A file dropped anywhere on <form data-drop-form> is put into its <input type="file" data-drop>.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-drop-form]").forEach((form) => {
    const input = form.querySelector("[data-drop]");
    if (!input) return;
    const over = (on) => form.classList.toggle("is-dropping", on);
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    form.addEventListener("dragleave", () => over(false));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
  });
});
