/* Lookup fields anywhere on the page: searched on the server as one types; a child waits for its parent and follows it. */
(function ($) {
  "use strict";
  if (!$ || !$.fn.select2) return;
  var words = document.currentScript.dataset;
  var language = {
    noResults: function () { return words.none; },
    searching: function () { return words.searching; },
    loadingMore: function () { return words.more; },
    errorLoading: function () { return words.failed; },
    removeAllItems: function () { return words.clear; }
  };

  function enhance(select) {
    if (select.dataset.ready || select.closest("template")) return;
    select.dataset.ready = "1";
    var box = $(select), label = document.querySelector('label[for="' + select.id + '"]');
    var name = select.getAttribute("aria-label") || (label ? label.textContent.replace("*", "").trim() : words.search);
    var parent = select.dataset.parent && document.getElementById(select.dataset.parent);
    var beside = (select.dataset.beside || "").split(" ").filter(Boolean).map(function (pair) { return pair.split("="); });
    var words_here = select.dataset.none ? Object.assign({}, language, { noResults: function () { return select.dataset.none; } }) : language;
    var waiting = select.dataset.first || "", locked = select.matches(":disabled");

    function draw() {
      box.select2({
        dropdownParent: select.closest("dialog") ? $(select.closest("dialog")) : undefined, // what lies below a dialog cannot be reached
        theme: "bootstrap", width: "100%", allowClear: !select.multiple, language: words_here,
        placeholder: parent && !parent.value ? waiting : " ",
        ajax: {
          url: select.dataset.lookup, delay: 200, cache: true,
          data: function (typed) {
            var asked = { q: typed.term || "", page: typed.page || 1, parent: parent ? parent.value : undefined };
            beside.forEach(function (pair) { asked[pair[0]] = document.getElementById(pair[1]).value; });
            return asked;
          }
        }
      });
      var shown = box.next().find(".select2-selection");
      var describes = select.getAttribute("aria-describedby");
      shown.attr("aria-label", name + (select.selectedOptions[0] ? ": " + select.selectedOptions[0].text : ""));
      shown.removeAttr("aria-labelledby");
      // Select2 calls the text inside a box of its own, which has no name while it is empty.
      shown.find(".select2-selection__rendered").removeAttr("role aria-readonly");
      var within = shown.find(".select2-search__field"); // of several choices: the box one types in
      within.attr("aria-label", name);
      if (!select.multiple) shown.on("keydown", function (event) { // one types at once, and the first letter counts
        if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey) box.select2("open");
      });
      if (describes) shown.add(within).attr("aria-describedby", describes);
      if (select.getAttribute("aria-invalid")) shown.attr("aria-invalid", "true");
      if (select.getAttribute("aria-required")) shown.attr("aria-required", "true");
    }
    function follow() {
      select.disabled = locked || !parent.value;
      draw();
    }
    if (parent) {
      follow();
      $(parent).on("change", function () { box.val(null).trigger("change"); follow(); });
    } else {
      draw();
    }
    box.on("change", function () {
      box.next().find(".select2-selection").attr("aria-label", name + (select.selectedOptions[0] ? ": " + select.selectedOptions[0].text : ""));
    });
    box.on("select2:open", function () {
      var field = document.querySelector(".select2-container--open .select2-search__field");
      if (!field) return;
      field.setAttribute("aria-label", words.search + ": " + name);
      field.focus(); // Select2 4.0.13 under jQuery 3.6 opens without focus: what is typed would be lost
    });
    if (label) label.addEventListener("click", function () { box.select2("focus"); });
  }

  function all(root) { root.querySelectorAll("select[data-lookup]").forEach(enhance); }
  $(function () { all(document); });
  document.addEventListener("balcao:added", function (event) { all(event.detail); });
})(window.jQuery);
