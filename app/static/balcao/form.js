/* Generated forms: focus on the first refused field, and a question before leaving what was typed. */
(function () {
  "use strict";
  var form = document.getElementById("model_form");
  if (!form) return;
  var changed = form.hasAttribute("data-changed");
  var wrong = form.querySelector("[aria-invalid=true]");
  if (wrong) {
    var fold = wrong.closest("details");
    if (fold) fold.open = true;
    wrong.focus();
  }
  function mark() { changed = true; }
  form.addEventListener("input", mark);
  form.addEventListener("change", mark);
  if (window.jQuery) window.jQuery(form).on("select2:select select2:clear", "select", mark);
  form.addEventListener("submit", function () { changed = false; });
  window.addEventListener("beforeunload", function (event) {
    if (changed) event.preventDefault();
  });
})();
