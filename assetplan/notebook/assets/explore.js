// The map of a notebook: each asset by its identifier, and of a register what is owned in place of what is planned.
(function () {
  "use strict";
  const app = window.assetplan;

  app.Details = class extends app.Details {
    show(asset, panel) {
      const { header } = this;
      if (header.owned) this.showOwned(asset, panel);
      else super.show(asset, panel);
      panel.querySelector("dl").prepend(app.element("dt", "Asset"), app.element("dd", header.ids[asset]));
    }

    showOwned(asset, panel) {
      const { header, columns } = this;
      const { units, standing, texts } = header.owned;
      const rows = app.element("dl");
      rows.append(app.element("dt", standing), this.condition("plan", 0, asset));
      const add = (term, text) => text && rows.append(app.element("dt", term), app.element("dd", text));
      const known = (name, words) => (columns[name][asset] >= 0 ? words(columns[name][asset]) : "");
      add("Quantity", known("quantity", (value) => `${value.toLocaleString("en-GB")} ${units[columns.asset_class[asset]]}`));
      add("To replace", known("replacement_value", app.pounds));
      add("Built", known("built_year", String));
      add("Surveyed", known("surveyed_year", String));
      add("Traffic", known("aadt", (value) => `${value.toLocaleString("en-GB")} vehicles a day`));
      add("Hierarchy", header.hierarchies[columns.hierarchy[asset]]);
      add("Group", texts[columns.group[asset]]);
      add("Filled in by rule", texts[columns.assumed[asset]]);
      panel.replaceChildren(
        app.element("h4", this.title(asset)), app.element("p", this.place(asset), "place-of"), rows);
    }
  };
})();
