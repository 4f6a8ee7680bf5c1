/* The form of an appointment: moving its start moves its end by as much. */
(function () {
  "use strict";
  var starts = document.getElementById("starts_at"), ends = document.getElementById("ends_at");
  if (!starts || !ends) return;
  function instant(box) { return Date.parse(window.balcao.dates.iso(box.value) + "Z"); }
  var before = instant(starts);
  starts.addEventListener("change", function () {
    var now = instant(starts), end = instant(ends);
    if (isNaN(now)) return;
    if (!isNaN(before) && !isNaN(end) && end > before) {
      ends.value = window.balcao.dates.shown(new Date(end + now - before).toISOString().slice(0, 16));
    }
    before = now;
  });
})();
