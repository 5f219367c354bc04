// <form data-confirm="…?"> or <button data-confirm="…?">: asks in a dialog before the form is sent.
// On a button the question belongs to that button alone. data-confirm-yes words the consenting button.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const dialog = document.getElementById("confirm");
  if (!dialog || typeof dialog.showModal !== "function") return;

  const question = document.getElementById("confirm-question");
  const yes = dialog.querySelector("[data-confirm-yes]");
  const no = dialog.querySelector("[data-confirm-no]");
  const usualYes = yes.textContent;
  let agreed = null;
  let waiting = null;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const asking = button && button.dataset.confirm ? button : form;
    if (!asking.dataset.confirm || agreed === form) {
      agreed = null;
      return;
    }
    event.preventDefault();
    waiting = { form, button };
    question.textContent = asking.dataset.confirm;
    yes.textContent = asking.dataset.confirmYes || usualYes;
    dialog.showModal();
    no.focus();
  });

  yes.addEventListener("click", () => {
    const { form, button } = waiting;
    dialog.close();
    agreed = form;
    form.requestSubmit(button && button.form === form ? button : undefined);
  });
  no.addEventListener("click", () => dialog.close());
});
