/* The eye beside a masked CPF/CNPJ: asks the server, which logs the look, and shows the number; again hides it.
   In a form the shown number becomes an ordinary box; a mask is never posted. */
(function () {
  "use strict";
  function token() {
    var field = document.querySelector("input[name=csrf_token]");
    return field ? field.value : "";
  }
  function eye(button, open) {
    button.querySelector("i").className = open ? "fa-regular fa-eye-slash" : "fa-regular fa-eye";
    button.setAttribute("aria-pressed", open ? "true" : "false");
  }
  function say(button, text) {
    var note = button.parentNode.querySelector(".b-reveal-note") || document.createElement("span");
    note.className = "b-reveal-note help-block";
    note.setAttribute("role", "status");
    note.textContent = text;
    button.parentNode.appendChild(note);
  }
  function place(button, number) {
    var box = button.parentNode.querySelector("[data-masked]");
    if (box) {
      box.value = number;
      box.name = box.dataset.masked;
      box.readOnly = false;
      box.focus();
      button.remove();
      return;
    }
    var text = button.parentNode.querySelector("[data-document]");
    text.dataset.mask = text.textContent;
    text.textContent = number;
    eye(button, true);
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-reveal]");
    if (!button) return;
    var text = button.parentNode.querySelector("[data-document]");
    if (text && text.dataset.mask) {
      text.textContent = text.dataset.mask;
      delete text.dataset.mask;
      eye(button, false);
      return;
    }
    button.disabled = true;
    fetch(button.dataset.reveal, {
      method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token(), "Accept": "application/json" }
    }).then(function (answer) {
      if (!(answer.headers.get("Content-Type") || "").includes("json")) { location.reload(); throw new Error(""); }
      return answer.json().then(function (body) {
        if (!answer.ok) throw new Error(body.error);
        place(button, body.document);
      });
    }).catch(function (error) {
      if (error.message) say(button, error.message);
    }).finally(function () { button.disabled = false; });
  });
})();
