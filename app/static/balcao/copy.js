/* Buttons that put a text on the clipboard. */
(function () {
  "use strict";
  document.addEventListener("click", function (event) {
    var copy = event.target.closest("[data-copy]");
    if (!copy) return;
    var from = document.querySelector(copy.dataset.copy);
    put(from).then(function () { copy.querySelector("span").textContent = copy.dataset.copied; });
  });

  /* Over plain HTTP browsers give no clipboard, and a person may have denied it: the text is marked and copied as by hand. */
  function put(from) {
    if (!navigator.clipboard) return byHand(from);
    return navigator.clipboard.writeText(from.textContent.trim()).catch(function () { return byHand(from); });
  }
  function byHand(from) {
    if (from.select) from.select(); else window.getSelection().selectAllChildren(from);
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("copy"));
  }
})();
