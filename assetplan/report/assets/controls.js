// Joins the page's controls to the map: views, years, layers, find-a-road, and details by pointer, touch and keys.
(function () {
  "use strict";
  const app = (window.assetplan = window.assetplan || {});
  const byId = (id) => document.getElementById(id);
  const VIEWS = { plan: "Condition with the plan", nothing: "Condition if nothing is done", works: "Works" };
  const LEGENDS = { plan: "condition", nothing: "condition", works: "works", critical: "critical" };

  function addPlaces(map, places) {
    const markers = places.map(([name, lng, lat]) => {
      const text = app.element("span", name, "place");
      return L.marker([lat, lng], {
        icon: L.divIcon({ className: "place-anchor", html: text, iconSize: [0, 0] }),
        interactive: false, keyboard: false, pane: "places",
      }).addTo(map);
    });
    // Larger places first: a smaller one that would lie over it waits for a closer view.
    const tidy = () => {
      const taken = [];
      for (const marker of markers) {
        const node = marker.getElement().firstChild;
        const at = map.latLngToContainerPoint(marker.getLatLng());
        const [w, h] = [node.textContent.length * 4 + 22, 20];
        const free = taken.every((o) => Math.abs(o.x - at.x) > o.w + w || Math.abs(o.y - at.y) > 2 * h);
        node.hidden = !free;
        if (free) taken.push({ x: at.x, y: at.y, w });
      }
    };
    map.on("zoomend", tidy);
    tidy();
  }

  class Controls {
    constructor(map, layer) {
      Object.assign(this, { map, layer, header: layer.data.header, columns: layer.data.columns });
      this.details = new app.Details(layer);
      this.panel = byId("details");
      this.marks = L.layerGroup().addTo(map);
      this.chosen = -1;
      this.trail = [];
      this.names = new Map();
      for (let i = 0; i < this.header.lines; i++) {
        // Roads are searched by name, and their footways only where there is no road.
        if (this.columns.asset_class[i] !== this.columns.asset_class[0]) continue;
        const name = this.header.labels[this.columns.label[i]];
        if (!this.names.has(name)) this.names.set(name, []);
        this.names.get(name).push(i);
      }
      this.wireViews();
      this.wireFind();
      this.wirePointer();
      this.wireKeys();
      this.refresh();
    }

    wireViews() {
      const slider = byId("map-year");
      const step = (by) => {
        slider.value = Number(slider.value) + by;
        this.refresh();
      };
      slider.addEventListener("input", () => this.refresh());
      byId("year-back").addEventListener("click", () => step(-1));
      byId("year-on").addEventListener("click", () => step(1));
      for (const input of document.querySelectorAll("input[name=view], input[name=layer]")) {
        input.addEventListener("change", () => this.refresh());
      }
    }

    refresh() {
      const { state } = this.layer;
      const slider = byId("map-year");
      state.view = document.querySelector("input[name=view]:checked").value;
      state.year = Number(slider.value);
      for (const box of document.querySelectorAll("input[name=layer]")) state.on[box.value] = box.checked;
      const label = this.header.year_labels[state.year];
      const shown = state.year ? label : "Today";
      byId("map-year-label").value = shown;
      slider.setAttribute("aria-valuetext", shown);
      for (const legend of document.querySelectorAll(".legend")) legend.hidden = legend.id !== "legend-" + LEGENDS[state.view];
      for (const note of document.querySelectorAll("[data-views]")) note.hidden = !note.dataset.views.includes(state.view);
      // What closing costs is the same in every year.
      for (const id of ["map-year", "year-back", "year-on"]) byId(id).disabled = state.view === "critical";
      const words = this.words(label);
      byId("map-status").textContent = words;
      this.layer.repaint();
      if (this.chosen >= 0) this.details.show(this.chosen, this.panel);
    }

    words(label) {
      const { state } = this.layer;
      if (state.view === "works") {
        if (!state.year) return "Today: works start in " + this.header.year_labels[1] + ".";
        let [count, cost] = [0, 0];
        this.columns.work_year.forEach((year, w) => {
          if (year !== state.year || !this.layer.isOn(this.columns.work_asset[w])) return;
          count++;
          cost += Math.max(0, this.columns.work_cost[w]);
        });
        const money = cost < 1e6 ? app.pounds(cost) : `£${(cost / 1e6).toFixed(cost < 1e7 ? 2 : 1)}m`;
        return `Works in ${label}: ${count.toLocaleString("en-GB")} items, ${money}, on the layers shown.`;
      }
      const { road } = this.header;
      const critical = state.view === "critical";
      let [poor, all] = [0, 0];
      for (let i = 0; i < this.header.lines; i++) {
        if (this.columns.asset_class[i] !== road || this.columns.length[i] < 0) continue;
        all += this.columns.length[i];
        const band = critical ? this.layer.critical[i] : this.layer.band(i);
        if (band === 3 || band === 4) poor += this.columns.length[i];
      }
      const when = state.year ? `${VIEWS[state.view]}, end of ${label}` : "Condition today";
      if (!all) return critical ? "What closing the roads shown would cost." : when + ".";
      const km = (metres) => Math.round(metres / 1000).toLocaleString("en-GB");
      if (critical) {
        const from = app.pounds(this.header.critical.from[3]);
        return `Closing ${km(poor)} of ${km(all)} km of road would cost the traffic on it ${from} a day or more.`;
      }
      return `${when}: ${km(poor)} of ${km(all)} km of road poor or very poor.`;
    }

    wireFind() {
      const input = byId("road");
      const names = [...this.names.keys()].sort(new Intl.Collator("en-GB", { numeric: true }).compare);
      input.addEventListener("input", () => {
        const typed = input.value.trim().toLowerCase();
        const close = typed ? names.filter((name) => name.toLowerCase().includes(typed)).slice(0, 20) : [];
        byId("roads").replaceChildren(...close.map((name) => {
          const option = app.element("option");
          option.value = name;
          return option;
        }));
      });
      byId("find").addEventListener("submit", (event) => {
        event.preventDefault();
        this.find(input.value.trim(), names);
      });
    }

    find(typed, names) {
      const wanted = typed.toLowerCase();
      const name =
        names.find((one) => one.toLowerCase() === wanted) ||
        (wanted && names.find((one) => one.toLowerCase().startsWith(wanted))) ||
        (wanted && names.find((one) => one.toLowerCase().includes(wanted)));
      if (!name) {
        byId("map-status").textContent = typed ? `No road is called ${typed}.` : "Type the name or number of a road.";
        return;
      }
      const sections = this.names.get(name);
      const shapes = sections.flatMap((asset) => this.layer.shapeOf(asset));
      this.map.fitBounds(L.latLngBounds(shapes.flat()), { maxZoom: 15, padding: [6, 6], animate: false });
      this.choose(sections[0], sections);
      this.mark(sections);
      const length = sections.reduce((sum, i) => sum + Math.max(0, this.columns.length[i]), 0);
      byId("map-status").textContent = `${name}: ${sections.length} sections, ${app.metres(length)}.`;
    }

    // Rings and underlines what the panel describes.
    mark(assets) {
      this.marks.clearLayers();
      // One path for all of it: separate ones would show darker where they meet.
      const shapes = assets.flatMap((asset) => this.layer.shapeOf(asset)).filter((line) => line.length > 1);
      L.polyline(shapes, { className: "mark", color: "#9a5cf0", weight: 10, opacity: 0.65, interactive: false }).addTo(this.marks);
      if (assets.length === 1) {
        const line = this.layer.shapeOf(assets[0])[0];
        const middle = line[Math.floor((line.length - 1) / 2)];
        L.circleMarker(middle, { radius: 12, color: "#111111", weight: 2.5, fill: false, interactive: false })
          .addTo(this.marks);
      }
    }

    choose(asset, trail) {
      this.chosen = asset;
      this.trail = trail || this.trailOf(asset);
      this.panel.setAttribute("aria-live", "polite");
      this.details.show(asset, this.panel);
      this.mark([asset]);
      byId("walk").hidden = this.trail.length < 2;
    }

    // What "previous" and "next" step through: the sections of a road, or what stands in one place.
    trailOf(asset) {
      const { lines } = this.header;
      const { label, asset_class: kind } = this.columns;
      if (asset < lines) {
        const own = [];
        for (let i = 0; i < lines; i++) if (label[i] === label[asset] && kind[i] === kind[asset]) own.push(i);
        return own;
      }
      const { px, py } = this.layer.data;
      const same = [];
      for (let i = 0; i < px.length; i++) {
        if (px[i] === px[asset - lines] && py[i] === py[asset - lines]) same.push(i + lines);
      }
      return same;
    }

    walk(by) {
      const place = this.trail.indexOf(this.chosen);
      const next = this.trail[(place + by + this.trail.length) % this.trail.length];
      this.choose(next, this.trail);
      const at = this.layer.shapeOf(next)[0][0];
      if (!this.map.getBounds().pad(-0.05).contains(at)) this.map.panTo(at, { animate: false });
    }

    release() {
      this.chosen = -1;
      this.marks.clearLayers();
      byId("walk").hidden = true;
      this.panel.replaceChildren(app.element("p", this.panel.dataset.hint));
    }

    wirePointer() {
      let waiting = null;
      this.map.on("mousemove", (event) => {
        const idle = waiting === null;
        waiting = event.latlng;
        if (idle && this.chosen < 0) requestAnimationFrame(() => this.hover(waiting, () => (waiting = null)));
        else if (this.chosen >= 0) waiting = null;
      });
      this.map.on("click", (event) => {
        const asset = this.layer.nearest(event.latlng, this.map.getZoom(), 22);
        if (asset >= 0) this.choose(asset);
        else this.release();
      });
      byId("walk-back").addEventListener("click", () => this.walk(-1));
      byId("walk-on").addEventListener("click", () => this.walk(1));
      byId("walk-clear").addEventListener("click", () => {
        this.release();
        this.map.getContainer().focus({ preventScroll: true });
      });
    }

    hover(latlng, done) {
      done();
      if (this.chosen >= 0) return;
      const asset = this.layer.nearest(latlng, this.map.getZoom());
      this.map.getContainer().style.cursor = asset >= 0 ? "pointer" : "";
      if (asset < 0) return;
      // A passing pointer is not an announcement.
      this.panel.setAttribute("aria-live", "off");
      this.details.show(asset, this.panel);
    }

    wireKeys() {
      this.map.getContainer().addEventListener("keydown", (event) => {
        if (event.target !== this.map.getContainer()) return;
        if (event.key === "Enter") {
          const asset = this.layer.nearest(this.map.getCenter(), this.map.getZoom(), 80);
          if (asset >= 0) this.choose(asset);
          else byId("map-status").textContent = "Nothing lies near the middle of the map.";
          event.preventDefault();
        }
        if (event.key === "Escape") this.release();
      });
    }
  }

  app.Controls = Controls;
  app.start = function (map, layer) {
    const root = document.documentElement;
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    map.createPane("places").style.zIndex = 450;
    map.getPane("places").style.pointerEvents = "none";
    const cross = app.element("div", undefined, "crosshair");
    cross.setAttribute("aria-hidden", "true");
    map.getContainer().append(cross);
    layer.on("ready", () => {
      addPlaces(map, layer.data.header.places);
      app.controls = new app.Controls(map, layer);
      root.classList.add("ready");
    });
    layer.on("broken", () => root.classList.remove("live"));
  };
  app.openForPrint = function () {
    const closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((node) => (node.open = true));
    window.addEventListener("afterprint", () => closed.forEach((node) => (node.open = false)), { once: true });
  };
  window.addEventListener("beforeprint", app.openForPrint);
})();
