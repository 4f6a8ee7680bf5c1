/* Shows or hides what is typed in a password box. */
document.querySelectorAll("[data-show]").forEach(function (button) {
  "use strict";
  var box = document.getElementById(button.dataset.show);
  button.addEventListener("click", function () {
    var shown = box.type === "text";
    box.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.firstElementChild.className = shown ? "fa-regular fa-eye" : "fa-regular fa-eye-slash";
    box.focus();
  });
});
