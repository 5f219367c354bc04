// The frame: the menu drawer on narrow screens, menus that close, selects that send their form.
// Without this script the drawer opens by its link (#sidebar), and forms are sent by their buttons.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const drawer = document.querySelector("[data-drawer]");
  const opener = document.querySelector("[data-drawer-open]");

  function showDrawer(open) {
    drawer.classList.toggle("sidebar--open", open);
    opener.setAttribute("aria-expanded", String(open));
    if (open) {
      drawer.querySelector("a").focus();
    } else {
      opener.focus();
    }
  }

  const current = drawer && drawer.querySelector("[aria-current]");
  if (current) current.scrollIntoView({ block: "nearest" });

  if (drawer && opener) {
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-expanded", "false");
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      showDrawer(true);
    });
    document.querySelectorAll("[data-drawer-close]").forEach((closer) => {
      closer.addEventListener("click", (event) => {
        event.preventDefault();
        showDrawer(false);
      });
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (drawer && drawer.classList.contains("sidebar--open")) showDrawer(false);
    document.querySelectorAll("details[data-closes-outside][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details[data-closes-outside][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // <form data-submit-on-change>: the choice of a week or an area takes effect at once.
  document.querySelectorAll("form[data-submit-on-change]").forEach((form) => {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=radio], input[type=checkbox], input[type=date]")) {
        form.requestSubmit ? form.requestSubmit() : form.submit();
      }
    });
    form.querySelectorAll("[data-without-script]").forEach((button) => {
      button.hidden = true;
    });
  });

  // A form that came back: to the first field that is wrong, which may lie below the fold.
  const wrong = document.querySelector("main [aria-invalid=true]");
  if (wrong) wrong.focus();

  // <button data-print>
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
});
