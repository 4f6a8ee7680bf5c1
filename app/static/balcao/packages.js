/* "Pacotes": one box ticks all parts. */
(function () {
  "use strict";
  document.querySelectorAll("[data-parts]").forEach(function (form) {
    var every = form.querySelector("[data-every]"), all = every.querySelector("input");
    var parts = Array.prototype.slice.call(form.querySelectorAll("[name=part]"));
    function tell() {
      var ticked = parts.filter(function (each) { return each.checked; }).length;
      all.checked = ticked === parts.length;
      all.indeterminate = ticked > 0 && ticked < parts.length;
    }
    all.addEventListener("change", function () {
      parts.forEach(function (each) { each.checked = all.checked; });
      tell();
    });
    form.addEventListener("change", tell);
    every.hidden = parts.length < 2;
    tell();
  });
})();
