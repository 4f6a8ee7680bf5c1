/* Shows or hides what is typed in a password box; on the sign-in pages, the theme of who is not signed in. */
(function () {
  "use strict";
  document.querySelectorAll("[data-show]").forEach(function (button) {
    var box = document.getElementById(button.dataset.show);
    button.addEventListener("click", function () {
      var shown = box.type === "text";
      box.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
      button.firstElementChild.className = shown ? "fa-regular fa-eye" : "fa-regular fa-eye-slash";
      box.focus();
    });
  });

  var root = document.documentElement;
  document.querySelectorAll("[data-theme-switch]").forEach(function (button) {
    function name() { button.textContent = root.dataset.theme === "dark" ? button.dataset.light : button.dataset.dark; }
    button.addEventListener("click", function () {
      var theme = root.dataset.theme === "dark" ? "light" : "dark";
      root.dataset.theme = theme;
      document.cookie = "balcao_theme=" + theme + "; path=/; max-age=31536000; samesite=lax";
      name();
    });
    name();
    button.hidden = false;
  });
})();
