/* Child rows: add clones the template, remove drops the row; one "Principal" at a time; focus stays near. */
(function () {
  "use strict";
  function count(box) { return box.querySelectorAll("tbody tr").length; }
  function settle(box) {
    box.querySelector("table").hidden = count(box) === 0;
    box.querySelector("[data-rows-add]").disabled = count(box) >= Number(box.dataset.max);
  }
  function add(box, quietly) {
    var body = box.querySelector("tbody");
    var html = box.querySelector("template").innerHTML.replaceAll("__i__", box.dataset.next);
    box.dataset.next = Number(box.dataset.next) + 1;
    body.insertAdjacentHTML("beforeend", html);
    settle(box);
    var row = body.lastElementChild;
    document.dispatchEvent(new CustomEvent("balcao:added", { detail: row }));
    if (!quietly) row.querySelector("select, input:not([type=hidden])").focus();
  }
  function remove(row) {
    var box = row.closest("[data-rows]");
    var near = row.nextElementSibling || row.previousElementSibling;
    var form = row.closest("form");
    row.remove();
    settle(box);
    (near ? near.querySelector("[data-rows-remove]") : box.querySelector("[data-rows-add]")).focus();
    if (form) form.dispatchEvent(new Event("change"));
  }
  document.addEventListener("click", function (event) {
    var plus = event.target.closest("[data-rows-add]"), minus = event.target.closest("[data-rows-remove]");
    if (plus) add(plus.closest("[data-rows]"));
    else if (minus) remove(minus.closest("tr"));
  });
  document.addEventListener("balcao:add-row", function (event) { add(event.target, true); }); // who types elsewhere goes on typing
  document.addEventListener("change", function (event) {
    if (!event.target.checked || !/-is_main$/.test(event.target.name || "")) return;
    event.target.closest("tbody").querySelectorAll("[name$='-is_main']").forEach(function (box) {
      if (box !== event.target) box.checked = false;
    });
  });
})();
