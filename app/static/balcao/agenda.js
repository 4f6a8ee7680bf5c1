/* The cells of the agenda: one of them is a stop of the Tab key, the arrows go on from there, Page Up and Down change the
   period. Without this script every cell is a stop. */
(function () {
  "use strict";
  var table = document.querySelector(".b-month, .b-week");
  if (!table || !table.offsetParent) return;
  var rows = Array.prototype.map.call(table.tBodies[0].rows, function (row) {
    return Array.prototype.slice.call(row.querySelectorAll("[data-cell]"));
  });
  if (!rows[0] || !rows[0].length) return;

  function stop(link) {
    rows.forEach(function (row) {
      row.forEach(function (each) {
        var number = each.closest("td").querySelector(".b-day > .b-num"); // the day itself is a stop with its cell
        each.tabIndex = each === link ? 0 : -1;
        if (number) number.tabIndex = each.tabIndex;
      });
    });
  }
  stop(table.querySelector("td.is-today [data-cell]") || rows[0][0]);

  table.addEventListener("focusin", function (event) {
    if (event.target.dataset.cell !== undefined) stop(event.target);
  });
  table.addEventListener("keydown", function (event) {
    var link = event.target;
    if (link.dataset.cell === undefined || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    var y = rows.findIndex(function (row) { return row.indexOf(link) >= 0; }), x = rows[y].indexOf(link);
    var step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    var period = { PageUp: "[data-previous]", PageDown: "[data-following]" }[event.key];
    var to = step && rows[y + step[0]] && rows[y + step[0]][x + step[1]];
    if (event.key === "Home") to = rows[y][0];
    if (event.key === "End") to = rows[y][rows[y].length - 1];
    if (to) to.focus();
    if (period && document.querySelector(period)) document.querySelector(period).click();
    if (step || to || period) event.preventDefault();
  });
})();
