/* Generated lists: the box that chooses every row, the operator of a search row, and no empty argument in the address. */
(function () {
  "use strict";
  var all = document.querySelector("[data-check-all]");
  var rows = document.querySelectorAll("#list_form [name=rowid]");
  if (all) {
    all.addEventListener("change", function () {
      rows.forEach(function (box) { box.checked = all.checked; });
    });
    rows.forEach(function (box) {
      box.addEventListener("change", function () {
        all.checked = Array.prototype.every.call(rows, function (each) { return each.checked; });
      });
    });
  }
  document.querySelectorAll("[data-filter-operator]").forEach(function (select) {
    select.addEventListener("change", function () {
      var column = select.dataset.filterOperator;
      document.getElementById("flt-" + column).name = "_flt_" + select.value + "_" + column;
    });
  });
  var search = document.getElementById("filter_form");
  if (search) {
    search.addEventListener("submit", function () {
      Array.from(search.elements).forEach(function (field) {
        if (field.name && !field.value) field.disabled = true;
      });
    });
    window.addEventListener("pageshow", function (event) {
      if (event.persisted) Array.from(search.elements).forEach(function (field) { field.disabled = false; });
    });
  }
})();
