/* The acts of the provider central: by the toolbar, by the buttons at the side, and by the menu of the right button. */
(function () {
  "use strict";
  var central = window.balcao.central;
  if (!central) return;
  var menu = document.getElementById("central-menu"), sub = document.getElementById("central-submenu");
  var parent = menu.querySelector("[aria-controls]"), about = null, from = null, rests = null;

  function next() {
    var tabs = Array.prototype.slice.call(document.querySelectorAll(".b-views a")), here = tabs.findIndex(function (tab) { return tab.hasAttribute("aria-current"); });
    if (tabs.length) central.go(tabs[(here + 1) % tabs.length].href);
  }

  /* One act, however it was asked for; `ids` where they are not the selection. */
  function act(name, ids) {
    var button = document.querySelector('[data-act="' + name + '"]'), list = ids || central.ids();
    if (button.disabled || button.getAttribute("aria-disabled") === "true") { window.balcao.toast(central.words.denied, "bad"); return; }
    if (button.dataset.one !== undefined && !list.length) { window.balcao.toast(central.words.choose, "info"); return; }
    if (name === "tabs") next();
    else if (name === "list_pending") central.go(central.words.pending);
    else if (name === "leave") window.location = central.words.home;
    else central.tell("act", { act: name, ids: list });
  }

  central.root.addEventListener("click", function (event) {
    var button = event.target.closest("[data-act]");
    if (button && !button.disabled) act(button.dataset.act);
  });

  // ---- the menu

  function items(box) {
    if (box === menu) return Array.prototype.filter.call(menu.querySelectorAll("button"), function (each) { return !sub.contains(each); });
    return Array.prototype.slice.call(sub.children);
  }
  function unfold(on) {
    sub.hidden = !on;
    parent.setAttribute("aria-expanded", String(on));
    if (!on) return;
    sub.classList.remove("is-left");
    var box = sub.getBoundingClientRect();
    sub.classList.toggle("is-left", box.right > window.innerWidth - 4);
    sub.style.top = Math.min(parent.offsetTop, menu.offsetHeight + window.innerHeight - menu.getBoundingClientRect().bottom - sub.offsetHeight - 8) + "px";
  }
  function open(row, x, y) {
    about = central.isChosen(row) ? null : [central.idOf(row)];
    from = row;
    central.focusRow(row);
    menu.hidden = false;
    unfold(false);
    var box = menu.getBoundingClientRect();
    menu.style.left = Math.max(4, Math.min(x, window.innerWidth - box.width - 4)) + "px";
    menu.style.top = Math.max(4, Math.min(y, window.innerHeight - box.height - 4)) + "px";
    items(menu)[0].focus();
  }
  /* Beside the row: by its button, or by the keyboard. */
  function beside(row) {
    var place = row.querySelector("[data-menu]").getBoundingClientRect(), box = row.getBoundingClientRect(), wrap = central.wrap.getBoundingClientRect();
    var visible = place.right <= wrap.right + 1 && place.left >= wrap.left;
    open(row, visible ? place.right - 260 : Math.max(box.left, wrap.left) + 60, box.bottom);
  }
  function close(back) {
    if (menu.hidden) return;
    menu.hidden = true;
    unfold(false);
    if (back && from && document.contains(from)) central.focusRow(from);
    else if (back && central.current()) central.focusRow(central.current());
  }
  function pick(item) {
    if (item.getAttribute("aria-disabled") === "true") return;
    if (item === parent) { unfold(true); items(sub)[0].focus(); return; }
    var ids = about;
    close(true);
    act(item.dataset.act, ids);
  }

  menu.addEventListener("click", function (event) {
    var item = event.target.closest("button");
    if (item) pick(item);
  });
  /* Only a pointer that moves chooses: one that rests where the menu opens would take the focus from the keyboard. */
  function spot(event) { return event.clientX + "," + event.clientY; }
  menu.addEventListener("mousemove", function (event) {
    var item = event.target.closest("button");
    if (!item || spot(event) === rests || document.activeElement === item) return;
    if (!sub.contains(item)) unfold(item === parent);
    item.focus();
  });
  menu.addEventListener("keydown", function (event) {
    var inside = sub.contains(document.activeElement), list = items(inside ? sub : menu), here = list.indexOf(document.activeElement);
    event.stopPropagation();
    if (event.key === "ArrowDown") list[(here + 1) % list.length].focus();
    else if (event.key === "ArrowUp") list[(here - 1 + list.length) % list.length].focus();
    else if (event.key === "Home") list[0].focus();
    else if (event.key === "End") list[list.length - 1].focus();
    else if (event.key === "ArrowRight" && document.activeElement === parent) pick(parent);
    else if ((event.key === "ArrowLeft" || event.key === "Escape") && inside) { unfold(false); parent.focus(); }
    else if (event.key === "Escape") close(true);
    else if (event.key === "Tab") { close(true); return; }
    else if (event.key === "Enter" || event.key === " ") pick(document.activeElement);
    else if (event.key.length === 1 && /\S/.test(event.key)) {
      var rest = list.slice(here + 1).concat(list.slice(0, here + 1));
      var found = rest.find(function (each) { return each.textContent.trim().toLowerCase().indexOf(event.key.toLowerCase()) === 0; });
      if (found) found.focus();
    } else if (!/^F\d+$/.test(event.key)) return;
    event.preventDefault();
  });
  ["mousemove", "mousedown"].forEach(function (name) { document.addEventListener(name, function (event) { rests = spot(event); }); });
  document.addEventListener("mousedown", function (event) { if (!menu.contains(event.target)) close(false); });
  window.addEventListener("blur", function () { close(false); });
  window.addEventListener("resize", function () { close(false); });
  central.wrap.addEventListener("scroll", function () { close(false); });

  if (central.body) {
    central.body.addEventListener("contextmenu", function (event) {
      var row = event.target.closest("tr");
      if (!row) return;
      event.preventDefault();
      if (event.button === 2 || event.clientX || event.clientY) open(row, event.clientX, event.clientY); else beside(row);
    });
    central.body.addEventListener("click", function (event) {
      var button = event.target.closest("[data-menu]");
      if (button) beside(button.closest("tr"));
    });
  }

  Object.assign(central, { act: act, openMenu: beside });
})();
