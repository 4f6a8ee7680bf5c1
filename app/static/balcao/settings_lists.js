/* Tabs "Menu" and "Dados personalizados": the order of the list is sent as it is made; the form asks before it is left. */
(function () {
  "use strict";
  var balcao = window.balcao, token = document.querySelector("meta[name=csrf-token]").content;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (_all, name) { return values[name]; });
  }
  document.querySelectorAll("[data-order]").forEach(function (list) {
    var said = document.querySelector("[data-order-said]"), kept = Array.prototype.slice.call(list.children), last = kept;
    var back = document.querySelector("[data-order-back]");
    function group(row) {
      for (var at = row; at; at = at.previousElementSibling) if (at.matches("[data-head]")) return at;
      return null;
    }
    function told(row) {
      var head = group(row), mine = Array.prototype.filter.call(list.querySelectorAll("[data-row]"), function (each) { return group(each) === head; });
      var values = { name: row.dataset.name, place: mine.indexOf(row) + 1, n: mine.length, group: head ? head.dataset.name : list.dataset.noGroup };
      said.textContent = fill(list.dataset.movedGroup && list.querySelector("[data-head]") ? list.dataset.movedGroup : list.dataset.moved, values);
    }
    function send(row) {
      var next = row.nextElementSibling, head = group(row), body = { before: next && next.matches("[data-row]") ? Number(next.dataset.row) : null };
      if (list.dataset.movedGroup) body.group = head && head.dataset.group ? Number(head.dataset.group) : null;
      var now = Array.prototype.slice.call(list.children);
      fetch(list.dataset.order.replace("/0/", "/" + row.dataset.row + "/"), {
        method: "POST", credentials: "same-origin", body: JSON.stringify(body),
        headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" }
      }).then(function (answer) {
        if (answer.ok) { kept = now; return null; }
        return answer.json().then(function (told) { throw new Error(told.error); });
      }).catch(function (error) {
        balcao.toast(error instanceof TypeError || error instanceof SyntaxError ? list.dataset.notSent : error.message, "bad");
        put(kept);
        offer(null);
      });
    }
    function put(order) {
      order.forEach(function (each) { list.append(each); });
      last = order;
      list.dispatchEvent(new CustomEvent("balcao:order", { bubbles: true }));
    }
    /* The last move can be taken back: `order` is how the list was before it. */
    function offer(row, order) {
      back.hidden = !row;
      if (!row) return;
      back.querySelector("[data-order-told]").textContent = said.textContent;
      back.querySelector("[data-order-undo]").onclick = function () {
        put(order);
        told(row);
        send(row);
        offer(null);
        row.querySelector("[data-grip]").focus();
      };
    }
    if (!back) return; // who only reads moves nothing
    balcao.sortable({
      list: list, rows: "[data-row]", heads: "[data-head]", grip: "[data-grip]", drop: list.dataset.drop,
      moved: function (row) {
        var before = last;
        last = Array.prototype.slice.call(list.children);
        told(row);
        send(row);
        offer(row, before);
        list.dispatchEvent(new CustomEvent("balcao:order", { bubbles: true }));
      }
    });
  });

  var find = document.querySelector("[data-find-row]");
  if (find) {
    find.addEventListener("input", function () {
      var words = balcao.plain(find.value), none = true;
      document.querySelectorAll("[data-order] > [data-row]").forEach(function (row) {
        row.hidden = balcao.plain(row.dataset.name).indexOf(words) < 0;
        none = none && row.hidden;
      });
      document.querySelectorAll("[data-order] > [data-head]").forEach(function (head) { head.hidden = Boolean(words); });
      document.querySelector("[data-none]").hidden = !none;
    });
  }
  balcao.plain = function (text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim(); };

  var form = document.querySelector("[data-menu-form]");
  if (!form) return;
  var changed = form.hasAttribute("data-changed"), wrong = form.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
  function mark() { changed = true; }
  form.addEventListener("input", mark);
  form.addEventListener("change", mark);
  form.addEventListener("submit", function () { changed = false; });
  window.addEventListener("beforeunload", function (event) { if (changed) event.preventDefault(); });

  var groups = form.querySelector("[name=group]"), fresh = form.querySelector("[data-new-group]"), last = groups.options[groups.options.length - 1].value;
  groups.addEventListener("change", function () {
    fresh.hidden = groups.value !== "new" || last !== "new";
    if (!fresh.hidden) fresh.querySelector("input").focus();
  });
  var forms = form.querySelector("[name=form]"), link = form.querySelector("[data-form-link]");
  forms.addEventListener("change", function () {
    if (link) {
      link.hidden = !forms.value;
      link.href = link.dataset.formLink.replace("/0", "/" + forms.value);
    }
    look();
  });
  var roles = form.querySelectorAll("[name=roles]"), none = form.querySelector("[data-no-role]");
  if (none) {
    form.addEventListener("change", function () {
      none.hidden = Array.prototype.some.call(roles, function (box) { return box.checked; });
    });
  }
  var types = form.querySelector("[data-person-type]");
  if (types) {
    form.addEventListener("change", function () {
      types.hidden = form.querySelector("[name=target]:checked").value !== "entity";
    });
  }

  /* The fields of the chosen form as the server draws them. */
  var box = document.querySelector("[data-form-look]"), asked = 0;
  function look() {
    if (!box || !forms.value) return;
    var mine = ++asked;
    fetch(form.dataset.fieldsOf.replace("/0/", "/" + forms.value + "/"), { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status))); })
      .then(function (html) {
        if (mine !== asked) return;
        box.innerHTML = html;
        document.dispatchEvent(new CustomEvent("balcao:added", { detail: box }));
      })
      .catch(function () { /* the form works without it */ });
  }
  look();
})();
