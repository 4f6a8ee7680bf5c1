/* Filters by configurators' fields: days and numbers go into the address as every program reads them, pieces of a text
   with asterisks, nothing empty does. */
(function () {
  "use strict";

  /* "1.234,50" as 1234.50, by the decimal mark of the page. A single dot that parts no three digits is a decimal one. */
  function plain(text, mark) {
    text = text.replace(/^([+-]?)\s*R\$\s*/, "$1");  // as an amount is shown
    var group = mark === "," ? "." : ",";
    if (text.indexOf(mark) < 0 && (group === "," || !/^[+-]?\d{1,3}(\.\d{3})+$/.test(text))) return text.split(",").join("");
    return text.split(group).join("").split(" ").join("").replace(mark, ".");
  }

  document.addEventListener("formdata", function (event) {
    var data = event.formData, form = event.target, names = [];
    data.forEach(function (_value, name) { if (name.slice(0, 3) === "cf_" && names.indexOf(name) < 0) names.push(name); });
    names.forEach(function (name) {
      var box = form.elements[name], values = data.getAll(name);
      data.delete(name);
      values.forEach(function (value) {
        value = String(value).trim();
        if (!value) return;
        if (box && box.dataset && box.dataset.date) value = window.balcao.dates.iso(value) || value;
        if (box && box.dataset && box.dataset.asterisks && value.indexOf("*") < 0) value = (box.dataset.asterisks === "around" ? "*" : "") + value + "*";
        if (box && box.dataset && box.dataset.number) value = plain(value, box.dataset.number);
        data.append(name, value);
      });
    });
  });
})();
