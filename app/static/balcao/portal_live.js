/* The provider's pages show at once what the operator company does: the same page is fetched again and its parts
   (data-live-part) are put in place of the old ones. What is being typed is no such part; focus and scroll stay. */
(function () {
  "use strict";
  var news = document.querySelector("[data-live-news]"), REST = 2000, timer = null, last = 0;
  if (!news) return;

  function part(name, of) { return of.querySelector('[data-live-part="' + name + '"]'); }
  function answers(of) { return of.querySelectorAll('[data-live-part="talk"] .b-msg:not(.me), .is-answered').length; }
  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(refresh, Math.max(200, last + REST - Date.now()));
  }
  function refresh() {
    last = Date.now();
    fetch(window.location.href, { credentials: "same-origin", headers: { Accept: "text/html" } }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.text() : null;
    }).then(function (text) {
      if (text) put(new DOMParser().parseFromString(text, "text/html"));
    }).catch(function () { /* the next change tries again */ });
  }
  function put(fresh) {
    var before = answers(document), changed = false;
    document.querySelectorAll("[data-live-part]").forEach(function (old) {
      var now = part(old.dataset.livePart, fresh);
      if (!now || old.innerHTML === now.innerHTML || "earlier" in old.dataset) return;
      var at = old.contains(document.activeElement) ? document.activeElement : null;
      var down = old.scrollHeight - old.scrollTop - old.clientHeight < 40;
      old.setAttribute("aria-live", "off"); // one sentence says it, not every message again
      old.replaceChildren.apply(old, Array.from(document.importNode(now, true).childNodes));
      if (down) old.scrollTop = old.scrollHeight;
      if (at && at.href) Array.from(old.querySelectorAll("a")).some(function (link) { return link.href === at.href && (link.focus(), true); });
      changed = true;
    });
    if (changed) news.textContent = answers(document) > before ? news.dataset.said : news.dataset.changed;
  }
  document.addEventListener("balcao:live", function (event) {
    if (event.detail.kind === "live.reset" || event.detail.kind === "contact.changed") soon();
  });
})();
