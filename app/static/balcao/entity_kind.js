/* The complete form of a person: forms that stand on one kind of person are shown while that kind is chosen. */
(function () {
  "use strict";
  var kind = document.getElementById("kind");
  if (!kind) return;
  function follow() {
    document.querySelectorAll("[data-of-kind]").forEach(function (part) { part.hidden = part.dataset.ofKind !== kind.value; });
  }
  kind.addEventListener("change", follow);
  window.addEventListener("pageshow", follow); // a browser may bring back another choice
  follow();
})();
