/* Lists of work: the order of columns in their dialog, and the rows chosen for a change (Shift+click chooses all between). */
(function () {
  "use strict";
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-move]");
    if (!button) return;
    var item = button.closest("li"), list = item.parentNode, up = button.dataset.move === "-1";
    var other = up ? item.previousElementSibling : item.nextElementSibling;
    if (other) list.insertBefore(up ? item : other, up ? other : item);
    button.focus(); // moved with its row
    var place = Array.prototype.indexOf.call(list.children, item) + 1;
    list.parentNode.querySelector("[data-said]").textContent = list.dataset.moved
      .replace("{name}", item.querySelector("label").textContent.trim()).replace("{place}", place);
  });

  var bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  var all = document.querySelector("[data-check-all]");
  var everything = bar.querySelector("[data-everything]"), count = bar.querySelector("[data-bulk-count]"), last = null;

  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-row]")); } // they may be drawn anew
  function chosen() { return rows().filter(function (box) { return box.checked; }); }
  function wanted() { return everything && everything.getAttribute("aria-pressed") === "true"; }
  function draw() {
    var boxes = rows(), n = chosen().length;
    all.checked = n > 0 && n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
    if (everything) {
      if (n < boxes.length) everything.setAttribute("aria-pressed", "false");
      everything.hidden = n < boxes.length;
    }
    var text = wanted() ? everything.dataset.all : n === 0 ? bar.dataset.none : n === 1 ? bar.dataset.one : bar.dataset.some.replace("{n}", n);
    count.textContent = text;
    bar.querySelectorAll("[data-open]").forEach(function (button) { button.disabled = n === 0; });
    document.querySelectorAll("[data-bulk-said]").forEach(function (said) { said.textContent = text; });
    boxes.forEach(function (box) { box.closest("tr").classList.toggle("is-chosen", box.checked); });
  }
  document.addEventListener("click", function (event) {
    var box = event.target.closest("[data-row]"), boxes = rows(), place = boxes.indexOf(box);
    if (place < 0) return;
    if (event.shiftKey && last !== null) {
      for (var i = Math.min(last, place); i <= Math.max(last, place); i++) boxes[i].checked = box.checked;
    }
    last = place;
    draw();
  });
  all.addEventListener("change", function () {
    rows().forEach(function (box) { box.checked = all.checked; });
    draw();
  });
  if (everything) everything.addEventListener("click", function () {
    everything.setAttribute("aria-pressed", wanted() ? "false" : "true");
    draw();
  });
  document.addEventListener("balcao:collect", function (event) {
    if (event.target.dataset.rows === undefined) return;
    if (wanted()) event.detail.append("everything", "1");
    else chosen().forEach(function (box) { event.detail.append("row", box.value); });
  });
  document.addEventListener("balcao:rows", draw);
  draw(); // a browser that comes back keeps what was marked
})();
