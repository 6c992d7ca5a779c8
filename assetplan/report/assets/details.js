// What the panel beside the map says of one asset, built from text nodes only: names are data, never markup.
(function () {
  "use strict";
  const app = (window.assetplan = window.assetplan || {});
  const BANDS = ["very good", "good", "fair", "poor", "very poor", "unknown"];
  const pounds = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP", maximumFractionDigits: 0 });
  const CLASS_WORDS = ["A road", "B road", "C road", "Unclassified road"];

  app.element = function (name, text, kind) {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  };
  app.pounds = (value) => (value < 0 ? "cost not known" : pounds.format(value));
  app.metres = (value) => (value >= 1000 ? (value / 1000).toFixed(1) + " km" : value + " m");

  app.Details = class {
    constructor(layer) {
      this.layer = layer;
      this.header = layer.data.header;
      this.columns = layer.data.columns;
      this.schemes = new Map();
      (this.columns.work_scheme || []).forEach((scheme, w) => {
        const key = scheme === this.header.alone ? "w" + w : scheme + "/" + this.columns.work_year[w];
        if (!this.schemes.has(key)) this.schemes.set(key, []);
        this.schemes.get(key).push(w);
      });
    }

    title(asset) {
      const label = this.header.labels[this.columns.label[asset]];
      return label || this.header.class_labels[this.columns.asset_class[asset]] + " without a name";
    }

    scheme(w) {
      const scheme = this.columns.work_scheme[w];
      const key = scheme === this.header.alone ? "w" + w : scheme + "/" + this.columns.work_year[w];
      return this.schemes.get(key);
    }

    place(asset) {
      const { columns, header } = this;
      const parts = [];
      if (asset < header.lines) {
        const kind = columns.asset_class[asset];
        const road = kind === header.road;
        parts.push(road ? CLASS_WORDS[columns.road_class[asset]] || "Road" : header.class_labels[kind]);
        if (columns.length[asset] >= 0) parts.push(app.metres(columns.length[asset]) + " long");
        if (columns.chainage[asset] > 0) parts.push(app.metres(columns.chainage[asset]) + " along its link");
      } else {
        parts.push(header.class_labels[columns.asset_class[asset]]);
      }
      const district = header.districts[columns.district[asset]];
      if (district) parts.push(district);
      return parts.join(" · ");
    }

    condition(view, year, asset) {
      const index = (view === "plan" ? this.layer.data.plan : this.layer.data.nothing)[year][asset];
      const band = this.layer.band(asset, view, year);
      const node = app.element("dd");
      const key = app.element("span", undefined, "band band-" + band);
      key.setAttribute("aria-hidden", "true");
      const own = (this.header.class_bands || [])[this.columns.asset_class[asset]] || [];
      node.append(key, index === 255 ? "not known" : index + " of 100, " + (own[index] || BANDS[band]));
      return node;
    }

    works(asset) {
      const { columns, header, layer } = this;
      const list = app.element("ul");
      for (let w = layer.data.firstWork[asset]; w < layer.data.firstWork[asset + 1]; w++) {
        const item = app.element("li");
        const year = header.year_labels[columns.work_year[w]];
        const kind = header.kinds[columns.work_kind[w]];
        item.append(app.element("strong", year + " " + header.treatments[columns.work_treatment[w]]));
        item.append(` (${kind}), ${app.pounds(columns.work_cost[w])}`);
        const together = this.scheme(w);
        if (together.length > 1) {
          const cost = together.reduce((sum, one) => sum + Math.max(0, columns.work_cost[one]), 0);
          item.append(`; part of a scheme of ${together.length} at ${app.pounds(cost)}`);
        }
        if (columns.work_committed[w]) item.append("; already committed");
        const reason = layer.data.workReason(w);
        if (reason) item.append(app.element("p", reason, "reason"));
        list.append(item);
      }
      return list;
    }

    show(asset, panel) {
      const { header, columns, layer } = this;
      const year = layer.state.year;
      const rows = app.element("dl");
      const add = (term, node) => rows.append(app.element("dt", term), node);
      add("Today", this.condition("plan", 0, asset));
      if (year) {
        add(`End of ${header.year_labels[year]}, with the plan`, this.condition("plan", year, asset));
        add(`End of ${header.year_labels[year]}, if nothing is done`, this.condition("nothing", year, asset));
      }
      if (columns.closing && columns.closing[asset] >= 0) {
        const cost = app.pounds(columns.closing[asset]) + " a day to the traffic on it";
        add("Closing the road would cost", app.element("dd", cost));
      }
      const hierarchy = columns.hierarchy && header.hierarchies[columns.hierarchy[asset]];
      if (hierarchy) add("Hierarchy", app.element("dd", hierarchy));
      const planned = layer.data.firstWork[asset + 1] > layer.data.firstWork[asset];
      const works = app.element("dd");
      works.append(planned ? this.works(asset) : "None in these years");
      add("Works", works);
      const reason = layer.data.reason(asset);
      if (reason && !planned) add("Why", app.element("dd", reason));
      panel.replaceChildren(
        app.element("h4", this.title(asset)), app.element("p", this.place(asset), "place-of"), rows);
    }
  };
})();
