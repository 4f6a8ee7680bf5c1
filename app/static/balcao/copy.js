/* Buttons that put a text on the clipboard. */
(function () {
  "use strict";
  document.addEventListener("click", function (event) {
    var copy = event.target.closest("[data-copy]");
    if (!copy) return;
    var from = document.querySelector(copy.dataset.copy);
    put(from).then(function () { copy.querySelector("span").textContent = copy.dataset.copied; });
  });

  /* Over plain HTTP browsers give no clipboard: the text is marked and copied as by hand. */
  function put(from) {
    if (navigator.clipboard) return navigator.clipboard.writeText(from.textContent.trim());
    window.getSelection().selectAllChildren(from);
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("copy"));
  }
})();
