/* The shell: search and help by keyboard, the sidebar on a phone, toasts, the confirm dialog, double submits. */
(function ($) {
  "use strict";
  var app = document.querySelector(".b-app");
  var side = document.getElementById("side");
  var burger = document.querySelector(".b-burger");
  var search = document.getElementById("search-q");
  var HELP_KEY = "balcao.help-key";

  function typing(el) {
    return el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName);
  }
  function helpKeyOn() {
    try { return localStorage.getItem(HELP_KEY) !== "off"; } catch (_blocked) { return true; }
  }

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?" && !event.ctrlKey && !event.altKey && !typing(event.target) && helpKeyOn()) {
      if (document.getElementById("shortcuts") && !document.querySelector(".modal.in")) {
        event.preventDefault();
        $("#shortcuts").modal("show");
      }
    } else if (event.key === "Escape" && app && app.classList.contains("is-open")) {
      slide(false);
    }
  });

  /* Ctrl+Enter in a form with data-send-key is its first button, as Enter in a field of one line is. */
  document.addEventListener("keydown", function (event) {
    var form = event.target.form;
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.isComposing) return;
    if (!form || form.dataset.sendKey === undefined || event.defaultPrevented) return;
    var button = Array.from(form.elements).find(function (each) { return each.type === "submit"; });
    event.preventDefault();
    if (button && !button.disabled && !event.repeat) form.requestSubmit(button);
  });

  var helpKey = document.getElementById("help-key");
  if (helpKey) {
    helpKey.checked = helpKeyOn();
    helpKey.addEventListener("change", function () {
      try { localStorage.setItem(HELP_KEY, helpKey.checked ? "on" : "off"); } catch (_blocked) { /* kept for this page only */ }
    });
  }

  // Sidebar over the page on a phone: what is behind cannot be reached until it closes.
  function slide(open) {
    app.classList.toggle("is-open", open);
    burger.setAttribute("aria-expanded", String(open));
    document.querySelectorAll(".b-top, .b-main").forEach(function (part) { part.inert = open; });
    (open ? side.querySelector("a, button") : burger).focus();
  }
  if (app && side && burger) {
    burger.addEventListener("click", function (event) { event.stopPropagation(); slide(true); });
    document.addEventListener("click", function (event) {
      if (!app.classList.contains("is-open")) return;
      if (event.target.closest("[data-side-close]") || !event.target.closest("#side")) slide(false);
    });
    window.matchMedia("(min-width: 721px)").addEventListener("change", function (wide) {
      if (wide.matches && app.classList.contains("is-open")) slide(false);
    });
  }

  var here = side && side.querySelector("[aria-current]");
  if (here) here.scrollIntoView({ block: "nearest" }); // a long menu scrolls by itself
  document.querySelectorAll(".nav-tabs > .active").forEach(function (tab) { // and a row of tabs that is wider than the screen
    var row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  });

  // A refusal whose own address can only be sent to: the browser reads it again where the page is.
  var address = document.querySelector("meta[name=address]");
  if (address) window.history.replaceState(null, "", address.content);

  // Toasts leave after 6 s, but not from under the pointer or the focus.
  function live(toast) {
    var timer;
    function start() { timer = setTimeout(function () { toast.remove(); }, 6000); }
    function stop() { clearTimeout(timer); }
    toast.addEventListener("mouseenter", stop);
    toast.addEventListener("mouseleave", start);
    toast.addEventListener("focusin", stop);
    toast.addEventListener("focusout", start);
    toast.querySelector("[data-toast-close]").addEventListener("click", function () { stop(); toast.remove(); });
    start();
  }
  document.querySelectorAll(".b-toast[data-toast]").forEach(live);

  /* For other scripts: window.balcao.toast("Protocolo copiado."), kind ok (default), bad or info. */
  function toast(text, kind) {
    var made = document.getElementById("toast-model").content.firstElementChild.cloneNode(true);
    made.classList.remove("ok");
    made.classList.add(kind || "ok");
    if (kind === "bad") hush();
    if (kind === "bad") made.querySelector("i").className = "fa-solid fa-circle-exclamation";
    made.querySelector("[data-toast-text]").textContent = text;
    document.getElementById("toasts").appendChild(made);
    live(made);
  }

  /* What succeeded before is no longer what is told: window.balcao.hush() before a refusal is shown on the page. */
  function hush() { document.querySelectorAll("#toasts > .b-toast.ok").forEach(function (each) { each.remove(); }); }

  /* A question in the product's own dialog; `yes` is called when the person agrees. window.balcao.ask elsewhere. */
  function ask(text, label, yes) {
    var ok = document.getElementById("confirm-ok"), from = document.activeElement;
    document.getElementById("confirm-text").textContent = text;
    ok.textContent = label || ok.dataset.label;
    ok.onclick = function () { $("#confirm").modal("hide"); yes(); };
    $("#confirm").one("hidden.bs.modal", function () { if (from) from.focus(); }).modal("show");
  }

  // <form data-confirm="text"> or a submit button with data-confirm asks first.
  var asked = null;
  document.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter;
    var text = (button && button.dataset.confirm) || form.dataset.confirm;
    if (!text || form === asked) { asked = null; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(text, (button && button.dataset.confirmLabel) || form.dataset.confirmLabel, function () {
      asked = form;
      form.requestSubmit(button || undefined);
    });
  }, true);
  $("#confirm").on("shown.bs.modal", function () { document.getElementById("confirm-cancel").focus(); });

  // A second click on the same button sends nothing: the server also refuses it, this spares the wait.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.repeat !== undefined) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 8000); // a download leaves the page where it is
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // FAB's plain selects. Select2 4.0.13 opens without focus in its search box and leaves it without a name.
  if ($.fn.select2) {
    $(".my_select2").each(function () {
      var label = document.querySelector('label[for="' + this.id + '"]');
      $(this).select2({ theme: "bootstrap", width: "100%", allowClear: !this.required, placeholder: "" });
      $(this).next().find(".select2-search__field").attr("aria-label", label ? label.textContent.trim() : "");
    });
    $(document).on("select2:open", function () {
      var field = document.querySelector(".select2-container--open .select2-search__field");
      if (field) field.focus();
    });
  }

  function tellFile(input) { // beside a button of ours the browser does not say which file it is
    var told = input.parentElement.querySelector("[data-chosen]");
    if (told) told.textContent = input.files.length ? input.files[0].name : told.dataset.chosen;
  }
  document.addEventListener("change", function (event) { if (event.target.type === "file") tellFile(event.target); });
  document.querySelectorAll(".b-one-file input").forEach(tellFile); // a page that was gone back to keeps its file

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-back]")) { event.preventDefault(); window.history.back(); }
  });

  window.balcao = Object.assign(window.balcao || {}, { toast: toast, hush: hush, ask: ask });
})(window.jQuery);
