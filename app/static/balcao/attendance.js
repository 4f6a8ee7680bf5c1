// The record page: drafts kept on the server, Ctrl+S, a question before unsaved changes are left, contact picker, copy.
(function () {
  "use strict";
  var form = document.getElementById("attendance");
  if (!form) return;
  var state = document.getElementById("draft-state"), confirm = document.getElementById("confirm-attendance");
  var dirty = form.dataset.dirty === "1"; // differs from what is stored, kept as a draft or not
  var fresh = false, lost = ""; // typed since the last draft; why the last draft could not be kept
  var sending = false, timer = null, pending = null;
  var elsewhere = false; // the page is asked again, with the draft of this tab

  /* Each tab keeps a draft of its own. The server names the tab; a reload goes on with the name it had. */
  (function () {
    var entry = performance.getEntriesByType("navigation")[0], here = new URL(window.location);
    var slot = "balcao.tab:" + form.dataset.attendance + ":" + form.dataset.page + ":" + form.dataset.entity, tab = form.elements.tab, mine = null;
    try { mine = sessionStorage.getItem(slot); } catch (_blocked) { return; }
    if (here.searchParams.has("tab")) {
      here.searchParams.delete("tab");
      window.history.replaceState(null, "", here);
    } else if (mine && entry && entry.type !== "navigate") {
      if (mine !== form.dataset.shown && form.dataset.drafts.split(" ").indexOf(mine) >= 0) {
        elsewhere = true;
        here.searchParams.set("tab", mine);
        window.location.replace(here);
        return;
      }
      tab.value = mine;
    }
    sessionStorage.setItem(slot, tab.value);
  })();
  if (elsewhere) return;

  function values() {
    var out = {};
    new FormData(form).forEach(function (value, name) {
      if (name !== "csrf_token" && name !== "note_text") (out[name] = out[name] || []).push(value);
    });
    return out;
  }

  function Refusal(text) { this.text = text; } // the server's own words

  function say(text) { if (state) state.textContent = text; }

  /* Keeps what is typed now. `leaving`: the page is going; browsers let such a request live, up to 64 KB of it. */
  function keep(leaving) {
    window.clearTimeout(timer);
    if (!fresh || sending || !confirm) return pending || Promise.resolve();
    fresh = false;
    var sent = pending = fetch(form.dataset.draftUrl, {
      method: "POST", keepalive: Boolean(leaving), credentials: "same-origin",
      headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      body: JSON.stringify({ attendance_id: form.dataset.attendance, page: form.dataset.page, entity_id: form.dataset.entity, tab: form.elements.tab.value, values: values() })
    }).then(function (answer) {
      return answer.json().then(function (told) {
        if (answer.ok) return told;
        throw new Refusal(answer.status === 401 ? form.dataset.ended : told.error.message);
      });
    }).then(function (kept) {
      lost = "";
      say(form.dataset.kept.replace("{time}", kept.kept_at));
    }).catch(function (why) {
      fresh = true;
      if (!lost && why instanceof Refusal) window.balcao.toast(why.text, "bad");
      lost = why instanceof Refusal ? why.text : form.dataset.notKept;
      say(lost);
    }).then(function () { if (pending === sent) pending = null; });
    return pending;
  }

  function changed() {
    dirty = fresh = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, 800);
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  function corrected(event) { // a corrected field no longer says what was wrong with it
    var field = event.target.closest("[aria-invalid=true]") || event.target, id = field.type === "radio" ? field.name : field.id, drawn = field.nextElementSibling;
    var said = document.getElementById(id + "-err"), left = ["-help", "-now"].filter(function (end) { return document.getElementById(id + end); });
    if (said) said.remove();
    else if (field.getAttribute("aria-invalid") !== "true") return;
    [field].concat(drawn && drawn.matches(".select2") ? [drawn.querySelector(".select2-selection")] : []).forEach(function (box) {
      box.removeAttribute("aria-invalid");
      if (left.length) box.setAttribute("aria-describedby", left.map(function (end) { return id + end; }).join(" "));
      else box.removeAttribute("aria-describedby");
    });
  }
  if (window.jQuery) window.jQuery(form).on("change", corrected).on("change", "select", changed); // Select2 speaks through jQuery only
  else form.addEventListener("change", corrected);
  if (form.dataset.refused) changed();
  window.addEventListener("beforeunload", function (event) {
    if (lost && !sending) event.preventDefault();
    keep(true);
    window.setTimeout(function () { if (event.defaultPrevented) ready(true); }, 0); // who was asked and stays goes on
  });

  function ready(on) {
    sending = !on;
    if (on) delete form.dataset.sent; // see shell.js
    form.querySelectorAll("button[name=action]").forEach(function (button) { button.disabled = !on; });
  }
  /* What to ask before the chosen situation ends the attendance; nothing where it does not, or it has ended already. */
  function ending(button) {
    var chosen = form.querySelector("[name=situation_id]:checked");
    if (!chosen || !chosen.dataset.ends || chosen.defaultChecked && stored || !button || button.value !== "confirm") return "";
    var answer = form.elements.answer, unanswered = !form.dataset.answered && !(answer && answer.value.trim());
    var name = chosen.closest("label").textContent.trim();
    return form.dataset.closes.replace("{situation}", name) + (unanswered ? " " + form.dataset.unanswered : "");
  }
  var agreed = "", stored = form.dataset.closed === "1";
  form.addEventListener("submit", function (event) {
    var button = event.submitter, question = ending(button);
    if (sending) { event.preventDefault(); return; }
    if (question && question !== agreed) {
      event.preventDefault();
      window.balcao.ask(question, form.dataset.closeLabel, function () {
        agreed = question;
        form.requestSubmit(button);
      });
      return;
    }
    if (pending) { // a draft that arrives after the save would bring back what was saved
      event.preventDefault();
      pending.then(function () { form.requestSubmit(button); });
      return;
    }
    sending = true;
    window.clearTimeout(timer);
    window.setTimeout(function () { ready(false); }, 0); // after the form took the pressed button along
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) ready(true); });

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s" && confirm) {
      event.preventDefault();
      confirm.click();
    }
    var again = document.getElementById("new-attendance");
    if (event.altKey && !event.ctrlKey && event.key.toLowerCase() === "n" && again) {
      event.preventDefault();
      again.click();
    }
    if (event.key === "Escape") closePanel(document.getElementById("protocol-panel"));
  });

  /* data-saved: what it leads to shows what is stored, so what is typed is confirmed first. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-saved]");
    if (!link || (!dirty && link.dataset.unsavedYet === undefined) || !confirm) return;
    event.preventDefault();
    window.balcao.ask(link.dataset.saved, form.dataset.saveLabel, function () { confirm.click(); });
  });

  /* Links away: data-keep goes on and comes back; data-leave asks; data-again starts over and drops what was typed. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-keep], a[data-leave], a[data-again]");
    if (!link || !dirty || !confirm || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    function go() {
      keep().then(function () {
        if (!lost) window.location = link.href;
        else window.balcao.ask(lost, form.dataset.leaveLabel, function () {
          sending = true;
          window.location = link.href;
        });
      });
    }
    if (link.dataset.keep !== undefined) go();
    else if (link.dataset.leave !== undefined) window.balcao.ask(link.dataset.leave || form.dataset.unsaved, link.dataset.leaveLabel || form.dataset.leaveLabel, go);
    else window.balcao.ask(form.dataset.discard, form.dataset.discardLabel, function () {
      sending = true;
      window.clearTimeout(timer);
      (pending || Promise.resolve()).then(function () { document.getElementById("discard").submit(); });
    });
  });

  document.addEventListener("click", function (event) {
    var open = event.target.closest("[data-open]"), pick = event.target.closest("[data-pick]");
    if (open) {
      var dialog = document.querySelector(open.dataset.open);
      dialog.showModal();
      dialog.dispatchEvent(new Event("balcao:opened"));
    }
    if (event.target.closest("[data-dismiss-dialog]")) event.target.closest("dialog").close();
    if (pick) {
      var select = document.querySelector(pick.dataset.pick);
      select.value = pick.value;
      pick.closest("dialog").close();
      select.dispatchEvent(new Event("change", { bubbles: true }));
      select.focus();
    }
    var close = event.target.closest("[data-close]");
    if (close) closePanel(document.querySelector(close.dataset.close));
  });

  function closePanel(panel) {
    if (!panel) return;
    panel.remove();
    document.getElementById("content").focus();
  }
  if (document.getElementById("protocol-panel")) {
    window.history.replaceState(null, "", window.location.pathname);
    document.querySelector("#protocol-panel [autofocus]").focus();
  }
  var here = new URL(window.location);
  if (here.searchParams.has("refused")) { // the refusal was read: the same page later is just the page
    here.searchParams.delete("refused");
    window.history.replaceState(null, "", here);
  }
  var wrong = form.querySelector("[aria-invalid=true]"), refusal = document.getElementById("refusal");
  if (!wrong && refusal) refusal.focus();
  if (wrong) window.jQuery(function () { // after the lookups are drawn: a drawn select hands its focus to its box
    var drawn = wrong.nextElementSibling;
    (drawn && drawn.matches(".select2") && drawn.querySelector(".select2-selection--multiple .select2-search__field, .select2-selection--single") || wrong).focus();
  });
})();
