/* Generated forms: focus on the first refused field, and a question before leaving what was typed. A link with data-carry takes the
   fields it names along: nothing is lost by following it. */
(function () {
  "use strict";
  var form = document.getElementById("model_form");
  if (!form) return;
  var changed = form.hasAttribute("data-changed");
  var $ = window.jQuery;
  var wrong = form.querySelector("[aria-invalid=true]");
  if (wrong) {
    var fold = wrong.closest("details");
    if (fold) fold.open = true;
    $(function () { // after the lookups are drawn: a drawn select hands its focus to its box
      var drawn = wrong.nextElementSibling;
      (drawn && drawn.querySelector(".select2-selection") || wrong).focus();
    });
  }
  function mark() { changed = true; }
  form.addEventListener("input", mark);
  form.addEventListener("change", mark);
  $(form).on("select2:select select2:clear", "select", mark);
  form.addEventListener("submit", function () { changed = false; });
  document.querySelectorAll("a[data-carry]").forEach(function (link) {
    var names = link.dataset.carry.split(" "), plain = link.href;
    link.addEventListener("click", function (event) {
      var address = new URL(plain);
      new FormData(form).forEach(function (value, name) {
        if (names.indexOf(name) >= 0 && value) address.searchParams.append(name, value);
      });
      link.href = address;
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) changed = false;
    });
  });
  window.addEventListener("beforeunload", function (event) {
    if (changed) event.preventDefault();
  });
})();
