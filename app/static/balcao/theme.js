/* "Automático": follows the system's choice. Loaded in <head>, before the first paint. */
(function () {
  "use strict";
  var root = document.documentElement;
  if (root.dataset.themeChoice !== "auto" || !window.matchMedia) return;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function follow() { root.dataset.theme = dark.matches ? "dark" : "light"; }
  follow();
  dark.addEventListener("change", follow);
})();
