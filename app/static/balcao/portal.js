/* Forms of "Fale conosco": characters left, subclassifications of the classification, a question before what was typed is lost. */
(function () {
  "use strict";
  var form = document.querySelector(".b-portal-form");
  if (!form) return;
  var language = document.documentElement.lang;

  /* As the server counts: a line break is one character, and so is an emoji that the browser keeps as two. */
  function characters(text) { return Array.from(text.replace(/\r\n?/g, "\n")); }

  (function counter() {
    var area = form.querySelector("textarea"), left = form.querySelector("[data-left]");
    var said = form.querySelector("[data-left-said]"), limit = Number(form.dataset.limit), before = area.value;
    var composing = false;

    function show(cut) {
      var n = Math.max(0, limit - characters(area.value).length);
      left.textContent = n.toLocaleString(language);
      left.parentElement.classList.toggle("is-over", n === 0);
      if (cut) said.textContent = said.dataset.full;
      else if (n === 0 && said.textContent === said.dataset.full) return; // a paste comes in several pieces
      else if (n <= 100 && n % 20 === 0) said.textContent = said.dataset.near.replace("{n}", n);
      else if (n > 100) said.textContent = "";
    }

    /* What does not fit is left out of what came, wherever it came: the words that stood there stay. */
    function cut() {
      var now = characters(area.value), over = now.length - limit;
      if (over <= 0) return false;
      var old = characters(before), start = 0, end = 0;
      while (start < old.length && start < now.length && old[start] === now[start]) start++;
      while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
      var came = now.slice(start, now.length - end);
      var kept = came.slice(0, Math.max(0, came.length - over));
      var head = now.slice(0, start).concat(kept).join("");
      area.value = (head + now.slice(now.length - end).join(""));
      if (characters(area.value).length > limit) area.value = characters(area.value).slice(0, limit).join("");
      area.setSelectionRange(head.length, head.length);
      return true;
    }

    function changed() {
      if (composing) return;
      var lost = cut();
      before = area.value;
      show(lost);
    }
    area.addEventListener("compositionstart", function () { composing = true; });
    area.addEventListener("compositionend", function () { composing = false; changed(); });
    area.addEventListener("input", changed);
    window.addEventListener("pageshow", function () { before = area.value; show(false); });
    show(false);
  })();

  form.querySelectorAll("select[data-below]").forEach(function (select) {
    var above = document.getElementById(select.dataset.below), first = select.options[0], choose = first.textContent;
    var groups = Array.from(select.querySelectorAll("optgroup"));

    function narrow(keep) {
      var chosen = keep ? select.value : "";
      groups.forEach(function (group) { group.remove(); });
      var own = groups.filter(function (group) { return group.dataset.parent === above.value; });
      own.forEach(function (group) { select.append(group); });
      select.value = own.length && chosen ? chosen : "";
      if (select.selectedIndex < 0) select.value = "";
      select.disabled = !own.length;
      first.textContent = own.length ? choose : above.value ? select.dataset.none : select.dataset.first;
    }
    above.addEventListener("change", function () { narrow(false); });
    window.addEventListener("pageshow", function () { narrow(true); }); // the browser puts back what was chosen
    narrow(true);
  });

  var wrong = form.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();

  /* Cancelling, or leaving by a link, asks where something was typed or attached. */
  var typed = Boolean(wrong) || Boolean(form.querySelector("[data-list] li"));
  var cancel = form.querySelector("button[data-cancel]");
  function mark() {
    typed = true;
    if (!cancel) return;
    cancel.dataset.confirm = form.dataset.leave;
    cancel.dataset.confirmLabel = form.dataset.leaveLabel;
  }
  if (typed) mark();
  form.addEventListener("input", mark);
  form.addEventListener("balcao:files", mark);
  form.addEventListener("submit", function (event) { if (!event.defaultPrevented) typed = false; });
  window.addEventListener("beforeunload", function (event) { if (typed) event.preventDefault(); });

  var log = document.querySelector(".b-msgs");
  if (log && !location.search && !wrong) log.scrollTop = log.scrollHeight;
})();
