/* Buttons that put a text on the clipboard. */
(function () {
  "use strict";
  document.addEventListener("click", function (event) {
    var copy = event.target.closest("[data-copy]");
    if (!copy || !navigator.clipboard) return;
    navigator.clipboard.writeText(document.querySelector(copy.dataset.copy).textContent.trim()).then(function () {
      copy.querySelector("span").textContent = copy.dataset.copied;
    });
  });
})();
