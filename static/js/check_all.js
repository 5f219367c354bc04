// One box [data-check-all] ticks the visible boxes of its [data-check-all-within].
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-check-all]").forEach((all) => {
    const within = all.closest("[data-check-all-within]");
    all.closest("[hidden]")?.removeAttribute("hidden");
    all.addEventListener("change", () => {
      within.querySelectorAll('input[type="checkbox"]').forEach((box) => {
        if (box.offsetParent !== null) box.checked = all.checked;
      });
    });
  });
});
