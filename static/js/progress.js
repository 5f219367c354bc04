// Long work as it goes on: <div class="progress" data-progress-url="…"> asks once a second for
//   {status, label, done, total, rate, left, note, final}      rate: rows a second, left: seconds
// and fills the elements inside it: <progress>, [data-progress-label], [data-progress-count], [data-progress-rate],
// [data-progress-left].
// When `final` comes the page is read again, or data-progress-then is opened. Where the element has data-note, what the
// page says of why nothing moves, another `note` has the page read again too. Words come from the element's data
// attributes (data-count "%done% of %total%", data-so-far "%done% so far" while the total is not known, data-rate
// "%rate% a second", data-left "about %time% left", data-seconds, data-minutes), so that the script holds no language. When the server does not answer, it asks again more slowly.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-progress-url]").forEach((element) => {
    const bar = element.querySelector("progress");
    const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);
    let pause = 1000;

    function write(name, text) {
      const place = element.querySelector(`[data-progress-${name}]`);
      if (place && place.textContent !== text) place.textContent = text;
    }

    function timeLeft(seconds) {
      if (seconds === null || seconds === undefined || !element.dataset.left) return "";
      const long = seconds >= 90;
      const unit = long ? element.dataset.minutes : element.dataset.seconds;
      const amount = Math.max(1, Math.round(long ? seconds / 60 : seconds));
      return element.dataset.left.replace("%time%", `${amount} ${unit || ""}`.trim());
    }

    function show(state) {
      if (bar) {
        if (state.total) {
          bar.max = state.total;
          bar.value = Math.min(state.done || 0, state.total);
        } else {
          bar.removeAttribute("value");
        }
      }
      write("label", state.label || "");
      const count = element.dataset.count || "%done% / %total%";
      write(
        "count",
        state.total
          ? count.replace("%done%", numbers.format(state.done || 0)).replace("%total%", numbers.format(state.total))
          : state.done && element.dataset.soFar
            ? element.dataset.soFar.replace("%done%", numbers.format(state.done))
            : ""
      );
      const rate = Math.round(state.rate || 0);
      write("rate", rate && element.dataset.rate ? element.dataset.rate.replace("%rate%", numbers.format(rate)) : "");
      write("left", state.final ? "" : timeLeft(state.left));
    }

    async function ask() {
      try {
        const answer = await fetch(element.dataset.progressUrl, {
          headers: { Accept: "application/json" },
          credentials: "same-origin",
          cache: "no-store",
        });
        if (answer.redirected || answer.status === 403 || answer.status === 404) {
          window.location.reload();
          return;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        const state = await answer.json();
        if ("note" in element.dataset && element.dataset.note !== state.note) {
          window.location.reload();
          return;
        }
        show(state);
        if (state.final) {
          if (element.dataset.progressThen) window.location.assign(element.dataset.progressThen);
          else window.location.reload();
          return;
        }
        pause = 1000;
      } catch {
        pause = Math.min(pause * 2, 15000);
      }
      window.setTimeout(ask, pause);
    }

    ask();
  });
});
