/* Date boxes: a mask while one types dd/mm/yyyy (hh:mm), ISO made readable, and the browser's calendar behind the button. */
(function () {
  "use strict";
  var SIZES = [2, 2, 4, 2, 2], MARKS = ["/", "/", " ", ":"];

  function two(number) { return String(number).padStart(2, "0"); }

  /* What was typed as yyyy-mm-dd or yyyy-mm-ddThh:mm; "" where it is none. */
  function iso(text) {
    var found = /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ T]+(\d{1,2}):(\d{2}))?\s*$/.exec(text), day;
    if (found) day = found[3] + "-" + two(found[2]) + "-" + two(found[1]) + (found[4] ? "T" + two(found[4]) + ":" + found[5] : "");
    else day = (/^\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?/.exec(text) || []).slice(1).filter(Boolean).join("T");
    return day && !isNaN(new Date(day.length > 10 ? day + "Z" : day)) ? day : "";
  }
  function shown(value) {
    var found = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}))?/.exec(value);
    return found ? found[3] + "/" + found[2] + "/" + found[1] + (found[4] ? " " + found[4] : "") : "";
  }
  window.balcao = window.balcao || {};
  window.balcao.dates = { iso: iso, shown: shown };

  function masked(text, last, adding) {
    var out = "", part = "", at = 0;
    text.split("").forEach(function (c) {
      if (c >= "0" && c <= "9") {
        if (part.length === SIZES[at]) {
          if (at === last) return;
          out += part + MARKS[at++];
          part = "";
        }
        part += c;
      } else if (part && at < last) {
        out += (SIZES[at] === 2 ? part.padStart(2, "0") : part) + MARKS[at++];
        part = "";
      }
    });
    return out + part + (adding && at < last && part.length === SIZES[at] ? MARKS[at] : "");
  }
  document.addEventListener("input", function (event) {
    var box = event.target;
    if (!box.dataset || !box.dataset.date || event.inputType !== "insertText") return;
    if (box.selectionEnd !== box.value.length || /[^0-9/: ]/.test(box.value)) return; // mended in the middle, or ISO
    box.value = masked(box.value, box.dataset.date === "day" ? 2 : 4, true);
  }, true);
  document.addEventListener("change", function (event) { // before others read it
    var box = event.target;
    if (!box.dataset || !box.dataset.date) return;
    var value = iso(box.value);
    if (value) box.value = shown(value);
  }, true);

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-date-pick]");
    if (!button) return;
    var box = button.parentNode.querySelector("[data-date]"), picker = button.parentNode.querySelector(".b-date-native");
    if (!picker) {
      picker = document.createElement("input");
      picker.type = box.dataset.date === "day" ? "date" : "datetime-local";
      picker.className = "b-date-native";
      picker.tabIndex = -1;
      picker.setAttribute("aria-hidden", "true");
      picker.addEventListener("change", function (chosen) {
        chosen.stopPropagation();
        if (!picker.value) return;
        box.value = shown(picker.value);
        box.dispatchEvent(new Event("input", { bubbles: true }));
        box.dispatchEvent(new Event("change", { bubbles: true }));
      });
      picker.addEventListener("input", function (typed) { typed.stopPropagation(); });
      button.parentNode.append(picker);
    }
    picker.value = iso(box.value).slice(0, picker.type === "date" ? 10 : 16);
    try { picker.showPicker(); } catch (_old) { box.focus(); }
  });
})();
