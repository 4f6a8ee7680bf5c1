/* The keys of the provider central (C-92 to C-100): while no field is edited and no dialog is open. */
(function () {
  "use strict";
  var central = window.balcao.central;
  if (!central) return;
  var ACTS = { F2: "tabs", F3: "new", F4: "delete", F5: "list_pending", F6: "give_up", F12: "leave" };
  var LETTERS = { r: "answer", a: "take", e: "close", p: "pending" }; // of a row that has the focus

  function edited(field) {
    return field.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(field.tagName) && field.type !== "checkbox");
  }
  function step() {
    var row = central.current() || central.rows()[0];
    return row ? Math.max(1, Math.floor(central.wrap.clientHeight / row.offsetHeight) - 2) : 1;
  }

  /* To the row that many places on; below the last one the next page is read. */
  function move(places, extend) {
    var list = central.rows(), here = list.indexOf(central.current()), to = here + places;
    if (here < 0) { central.focusRow(list[0]); return; }
    if (to > list.length - 1) {
      if (here === list.length - 1) {
        central.more().then(function (came) { if (came) move(places, extend); });
        return;
      }
      to = list.length - 1;
    }
    to = Math.max(0, to);
    if (extend && to !== here) {
      if (!central.isChosen(list[here])) central.choose(list[here], false);
      central.focusRow(list[to]);
      central.choose(list[to], true);
    } else central.focusRow(list[to]);
  }

  function walk(event) {
    var list = central.rows(), row = central.current(), shift = event.shiftKey;
    switch (event.key) {
      case "ArrowDown": move(1, shift); break;
      case "ArrowUp": move(-1, shift); break;
      case "PageDown": move(step(), shift); break;
      case "PageUp": move(-step(), shift); break;
      case "Home": central.focusRow(list[0]); break;
      case "End": central.focusRow(list[list.length - 1]); break;
      case " ": if (row) central.choose(row, shift); break;
      case "Enter": if (row) central.open(row); break;
      case "ArrowLeft": case "ArrowRight": central.wrap.scrollLeft += event.key === "ArrowLeft" ? -120 : 120; break;
      case "Escape":
        if (!central.chosenCount()) return false;
        central.chooseAll(false);
        break;
      default: return false;
    }
    return true;
  }

  document.addEventListener("keydown", function (event) {
    var target = event.target;
    var nowhere = target === document.body; // as the page is when it comes
    if (event.defaultPrevented || edited(target) || !(nowhere || central.root.contains(target)) || document.querySelector("dialog[open], .modal.in")) return;
    var plain = !event.ctrlKey && !event.metaKey && !event.altKey, row = target.closest("tbody tr"), key = event.key;
    if (ACTS[key] && plain && !event.shiftKey) central.act(ACTS[key]);
    else if (key.toLowerCase() === "t" && !event.shiftKey && !event.metaKey && event.ctrlKey !== event.altKey) central.act("forward");
    else if (row && (key === "ContextMenu" || (key === "F10" && event.shiftKey))) central.openMenu(row);
    else if (row && key.toLowerCase() === "a" && event.ctrlKey && !event.altKey && !event.shiftKey) central.chooseAll(true);
    else if (row && plain && !event.shiftKey && LETTERS[key.toLowerCase()]) { if (!event.repeat) central.act(LETTERS[key.toLowerCase()]); }
    else if (nowhere && plain && /^(ArrowDown|ArrowUp|Home|PageDown)$/.test(key) && central.rows().length) central.focusRow(central.current() || central.rows()[0]);
    else if (!(row && plain && !(target.matches("button") && (key === "Enter" || key === " ")) && walk(event))) return;
    event.preventDefault();
  });
})();
