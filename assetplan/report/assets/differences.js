// The page of two programmes beside each other: which changes are shown, and what the panel says of an asset.
(function () {
  "use strict";
  const app = window.assetplan;

  app.Details = class extends app.Details {
    show(asset, panel) {
      const { header, columns } = this;
      const rows = app.element("dl");
      const add = (term, text) => text && rows.append(app.element("dt", term), app.element("dd", text));
      const text = (name) => header.texts[columns[name][asset]];
      const change = header.changes[columns.change[asset] - 1];
      add("Electoral division", text("division"));
      add("What differs", change ? change.label : "Nothing");
      if (change) {
        add("Before", text("before"));
        add("After", text("after"));
        add("Cost", `${app.pounds(columns.cost_before[asset])} before, ${app.pounds(columns.cost_after[asset])} after`);
        add("Why", text("why"));
      }
      panel.replaceChildren(
        app.element("h4", this.title(asset)), app.element("p", this.place(asset), "place-of"), rows);
    }
  };

  app.Controls = class extends app.Controls {
    wireViews() {
      this.boxes = [...document.querySelectorAll("input[name=change]")];
      for (const box of this.boxes) box.addEventListener("change", () => this.refresh());
    }

    refresh() {
      const { changes } = this.header;
      const { hidden } = this.layer.state;
      for (const box of this.boxes) hidden[changes.findIndex((change) => change.name === box.value)] = !box.checked;
      const shown = this.columns.change.reduce((sum, kind) => sum + (kind && !hidden[kind - 1] ? 1 : 0), 0);
      const all = this.columns.change.reduce((sum, kind) => sum + (kind ? 1 : 0), 0);
      const count = (number) => number.toLocaleString("en-GB");
      document.getElementById("map-status").textContent = `${count(shown)} of ${count(all)} assets that differ are shown.`;
      this.layer.repaint();
    }
  };
})();
