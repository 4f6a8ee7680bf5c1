/* Widths of the columns, by the pointer at the edge of a head or by Shift and the arrows on it, kept for the person; the heads are one
   stop of the Tab key: arrows walk, Enter sorts. */
(function () {
  "use strict";
  var central = window.balcao.central, table = document.getElementById("central-grid");
  if (!central || !table) return;
  var heads = Array.prototype.slice.call(table.tHead.querySelectorAll("th[data-col]")), token = document.querySelector("meta[name=csrf-token]").content;
  var cols = {}, timer, STEP = 16;
  table.querySelectorAll("col[data-col]").forEach(function (col) { cols[col.dataset.col] = col; });

  function width(key) { return Number(cols[key].dataset.width); }
  function draw() {
    var total = 34 + 40;
    Object.keys(cols).forEach(function (key) {
      cols[key].style.width = width(key) + "px";
      total += width(key);
    });
    table.style.minWidth = total + "px";
  }
  function set(head, pixels) {
    var grip = head.querySelector("[data-grip]");
    cols[head.dataset.col].dataset.width = Math.round(Math.min(Math.max(pixels, Number(grip.dataset.least)), Number(grip.dataset.most)));
    draw();
  }
  function told(head) {
    central.say(central.words.wide.replace("{name}", head.dataset.label).replace("{n}", width(head.dataset.col)));
    clearTimeout(timer);
    timer = setTimeout(keep, 500);
  }
  function keep() {
    var widths = {};
    Object.keys(cols).forEach(function (key) { widths[key] = width(key); });
    fetch(central.words.look, {
      method: "POST", credentials: "same-origin", keepalive: true, body: JSON.stringify({ widths: widths }),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token }
    }).catch(function () { /* the next change is sent with this one */ });
  }

  table.classList.add("is-sized");
  draw();

  heads.forEach(function (head, place) {
    var grip = head.querySelector("[data-grip]"), from = null;
    head.tabIndex = place === 0 ? 0 : -1;
    grip.addEventListener("pointerdown", function (event) {
      from = { x: event.clientX, width: width(head.dataset.col) };
      grip.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    grip.addEventListener("pointermove", function (event) { if (from) set(head, from.width + event.clientX - from.x); });
    ["pointerup", "pointercancel"].forEach(function (name) {
      grip.addEventListener(name, function () { if (from) { from = null; told(head); } });
    });
    grip.addEventListener("click", function (event) { event.preventDefault(); event.stopPropagation(); });
    grip.addEventListener("dblclick", function () { // as wide as what it holds
      var at = head.cellIndex, most = 0;
      cols[head.dataset.col].dataset.width = grip.dataset.least;
      draw();
      central.rows().forEach(function (row) { most = Math.max(most, row.cells[at].scrollWidth); });
      set(head, most + 4);
      told(head);
    });
    head.addEventListener("keydown", function (event) {
      var to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: heads.length - 1 }[event.key], link = head.querySelector("a");
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.shiftKey && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
        set(head, width(head.dataset.col) + (event.key === "ArrowRight" ? STEP : -STEP));
        told(head);
      } else if (to !== undefined && heads[to]) {
        heads.forEach(function (each, n) { each.tabIndex = n === to ? 0 : -1; });
        heads[to].focus();
      } else if (event.key === "ArrowDown") central.focusRow(central.current() || central.rows()[0]);
      else if ((event.key === "Enter" || event.key === " ") && link) link.click();
      else return;
      event.preventDefault();
    });
  });
})();
