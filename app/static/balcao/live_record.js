/* The record page: says that somebody saved the same attendance meanwhile. What is typed stays; a save shows both values. */
(function () {
  "use strict";
  var place = document.querySelector("[data-saved-elsewhere]");
  if (!place) return;
  var leaving = false, notice = place.firstElementChild;

  function look() {
    fetch(place.dataset.savedElsewhere, { credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.json() : null;
    }).then(function (saved) {
      if (!saved || leaving || saved.version <= Number(place.dataset.version)) return;
      notice.querySelector("span").textContent = saved.text;
      notice.hidden = false;
    }).catch(function () { /* the save itself finds out */ });
  }
  document.addEventListener("balcao:live", function (event) {
    var told = event.detail;
    if (told.kind === "live.reset" || told.kind === "attendance.changed" && told.ids.indexOf(Number(place.dataset.id)) >= 0) look();
  });
  document.getElementById("attendance").addEventListener("submit", function (event) {
    leaving = !event.defaultPrevented; // one's own save is told, too
  });
})();
