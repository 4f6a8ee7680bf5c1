/* The form of a knowledge item: identification and days are of requests, the solution is a must of informations. */
(function () {
  "use strict";
  var kind = document.getElementById("kind");
  if (!kind) return;
  var ofRequests = ["identification", "return_days"].map(function (id) { return document.getElementById(id); });

  function needed(field, on) {
    var label = document.querySelector('label[for="' + field.id + '"]'), mark = label.querySelector(".b-req");
    field.setAttribute("aria-required", String(on));
    if (on && !mark) {
      mark = document.createElement("span");
      mark.className = "b-req";
      mark.setAttribute("aria-hidden", "true");
      mark.textContent = "*";
      label.append(" ", mark);
    } else if (!on && mark) mark.remove();
  }
  function follow() {
    var request = kind.value === "request";
    ofRequests.forEach(function (field) {
      field.disabled = !request; // posts nothing: of an information they are blank
      field.closest(".b-line").hidden = !request;
    });
    needed(ofRequests[0], request);
    needed(document.getElementById("proposed_solution"), !request);
  }
  kind.addEventListener("change", follow);
  follow();
})();
