// The record page: drafts kept on the server, Ctrl+S, a question before unsaved changes are left, contact picker, copy.
(function () {
  "use strict";
  var form = document.getElementById("attendance");
  if (!form) return;
  var state = document.getElementById("draft-state");
  var dirty = form.dataset.dirty === "1", sending = false, timer = null, pending = null;
  var readonly = !document.getElementById("confirm");

  function values() {
    var out = {};
    new FormData(form).forEach(function (value, name) {
      if (name !== "csrf_token") (out[name] = out[name] || []).push(value);
    });
    return out;
  }

  function keep() {
    if (!dirty || sending || readonly) return Promise.resolve();
    window.clearTimeout(timer);
    pending = fetch(form.dataset.draftUrl, {
      method: "POST", keepalive: true, credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      body: JSON.stringify({ attendance_id: form.dataset.attendance, entity_id: form.dataset.entity, values: values() })
    }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }).then(function (kept) {
      var time = new Date(kept.kept_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      if (state) state.textContent = form.dataset.kept.replace("{time}", time);
    }).catch(function () { if (state) state.textContent = form.dataset.notKept; });
    return pending;
  }

  function changed() {
    dirty = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, 800);
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  if (window.jQuery) window.jQuery(form).on("change", "select", changed); // Select2 speaks through jQuery only

  form.addEventListener("submit", function (event) {
    if (sending) { event.preventDefault(); return; }
    sending = true;
    window.clearTimeout(timer);
    window.setTimeout(function () { // after the form took the pressed button along
      form.querySelectorAll("button[name=action]").forEach(function (b) { b.disabled = true; });
    }, 0);
  });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    sending = false;
    form.querySelectorAll("button[name=action]").forEach(function (b) { b.disabled = false; });
  });

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      var confirm = document.getElementById("confirm");
      if (confirm) { event.preventDefault(); confirm.click(); }
    }
    if (event.key === "Escape") closePanel(document.getElementById("protocol-panel"));
  });

  document.addEventListener("click", function (event) {
    var leave = event.target.closest("[data-leave]"), stay = event.target.closest("[data-keep]");
    if (leave && dirty && !window.confirm(form.dataset.unsaved)) { event.preventDefault(); return; }
    if ((leave || stay) && dirty && !readonly && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      keep().then(function () { window.location = (leave || stay).href; });
      return;
    }
    var open = event.target.closest("[data-open]"), pick = event.target.closest("[data-pick]");
    if (open) document.querySelector(open.dataset.open).showModal();
    if (event.target.closest("[data-dismiss-dialog]")) event.target.closest("dialog").close();
    if (pick) {
      var select = document.querySelector(pick.dataset.pick);
      select.value = pick.value;
      pick.closest("dialog").close();
      select.dispatchEvent(new Event("change", { bubbles: true }));
      select.focus();
    }
    var close = event.target.closest("[data-close]"), copy = event.target.closest("[data-copy]");
    if (close) closePanel(document.querySelector(close.dataset.close));
    if (copy && navigator.clipboard) navigator.clipboard.writeText(document.querySelector(copy.dataset.copy).textContent.trim()).then(function () {
      copy.querySelector("span").textContent = copy.dataset.copied;
    });
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
  var wrong = form.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
})();
