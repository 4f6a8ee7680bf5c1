/* The form of an appointment: moving its start moves its end by as much. */
(function () {
  "use strict";
  var starts = document.getElementById("starts_at"), ends = document.getElementById("ends_at");
  if (!starts || !ends) return;
  var before = starts.valueAsNumber;
  starts.addEventListener("change", function () {
    var now = starts.valueAsNumber, end = ends.valueAsNumber;
    if (isNaN(now)) return;
    if (!isNaN(before) && !isNaN(end) && end > before) {
      ends.value = new Date(end + now - before).toISOString().slice(0, 16);
    }
    before = now;
  });
})();
