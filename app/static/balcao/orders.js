/* The form of an order: while there are items the total is their sum, in the language of the page, and cannot be typed. */
(function () {
  "use strict";
  var total = document.getElementById("total"), rows = document.getElementById("items");
  if (!total || !rows) return;
  var language = document.documentElement.lang || "pt-BR";
  var comma = new Intl.NumberFormat(language).format(1.5).charAt(1);
  var money = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  function number(box) { // what is typed, in thousandths: sums of fractions would be off by a cent
    var text = box ? box.value.replace("R$", "").trim() : "";
    if (!text) return null;
    text = text.split(comma === "," ? "." : ",").join("").replace(comma, ".");
    return /^\d+(\.\d{1,3})?$/.test(text) ? BigInt(Math.round(Number(text) * 1000)) : NaN;
  }
  function reckon() {
    var all = Array.from(rows.querySelectorAll("tbody tr")), sum = BigInt(0), known = true, any = false;
    all.forEach(function (row) {
      var what = row.querySelector("[name$='-product']"), words = row.querySelector("[name$='-description']");
      var many = number(row.querySelector("[name$='-quantity']")), price = number(row.querySelector("[name$='-unit_price']"));
      if (!what.value && !words.value.trim() && price === null) return;
      any = true;
      if (typeof many === "number" || typeof price === "number") { known = false; return; }
      var cents = (many === null ? BigInt(1000) : many) * (price === null ? BigInt(0) : price); // of 10^-6
      sum += (cents + BigInt(5000)) / BigInt(10000);
    });
    total.readOnly = any;
    if (any && known) total.value = money.format(Number(sum) / 100);
  }
  rows.addEventListener("input", reckon);
  rows.addEventListener("click", function () { setTimeout(reckon); });
  window.jQuery(rows).on("select2:select select2:clear", "select", reckon);
  rows.closest("form").addEventListener("change", reckon);
  if (rows.querySelector("tbody tr") && !document.querySelector("#model_form [aria-invalid=true]")) reckon();
})();
