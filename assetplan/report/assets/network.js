// The network as a canvas tile layer: an index of cells, painting by style, and the nearest asset to a point.
(function () {
  "use strict";
  const app = (window.assetplan = window.assetplan || {});
  const CELLS = 64; // index cells to one pixel of zoom 0: a tile of zoom 14
  const UNKNOWN = 5;
  const WIDTHS = [2.7, 2.1, 1.6, 1.05, 1.05];
  const CRITICAL_WIDTHS = [0.9, 0.9, 1.25, 1.8, 2.5, 3.4]; // unknown, then by band
  const QUIET = "#c3c8ce";

  function makeBands() {
    const bands = new Uint8Array(256).fill(UNKNOWN);
    for (let i = 0; i <= 100; i++) bands[i] = Math.max(0, 4 - Math.floor(i / 20));
    return bands;
  }

  // Which pieces of line and which points touch each cell, as offsets into one list.
  class Cells {
    constructor(data) {
      const { path, px, py } = data;
      const boxes = [];
      const edge = (v) => Math.floor(v * CELLS);
      const pieces = path.from.length - 1;
      for (let i = 0; i < pieces; i++) {
        let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
        for (let v = path.from[i]; v < path.from[i + 1]; v++) {
          x0 = Math.min(x0, path.x[v]);
          x1 = Math.max(x1, path.x[v]);
          y0 = Math.min(y0, path.y[v]);
          y1 = Math.max(y1, path.y[v]);
        }
        boxes.push(edge(x0), edge(y0), edge(x1), edge(y1));
      }
      for (let i = 0; i < px.length; i++) boxes.push(edge(px[i]), edge(py[i]), edge(px[i]), edge(py[i]));
      this.pieces = pieces;
      this.cells = new Map();
      for (let i = 0, k = 0; k < boxes.length; i++, k += 4) {
        for (let cx = boxes[k]; cx <= boxes[k + 2]; cx++) {
          for (let cy = boxes[k + 1]; cy <= boxes[k + 3]; cy++) {
            const key = cx * 65536 + cy;
            const list = this.cells.get(key);
            if (list) list.push(i);
            else this.cells.set(key, [i]);
          }
        }
      }
      this.stamp = new Int32Array(boxes.length / 4);
      this.round = 0;
    }

    // Calls `visit` once for each piece (0…) and point (after the pieces) near a rectangle.
    each(x0, y0, x1, y1, visit) {
      this.round++;
      const [cx0, cy0, cx1, cy1] = [x0, y0, x1, y1].map((v) => Math.floor(v * CELLS));
      const take = (list) => {
        for (const item of list) {
          if (this.stamp[item] === this.round) continue;
          this.stamp[item] = this.round;
          visit(item);
        }
      };
      if ((cx1 - cx0 + 1) * (cy1 - cy0 + 1) > this.cells.size) {
        for (const list of this.cells.values()) take(list);
        return;
      }
      for (let cx = cx0; cx <= cx1; cx++) {
        for (let cy = cy0; cy <= cy1; cy++) {
          const list = this.cells.get(cx * 65536 + cy);
          if (list) take(list);
        }
      }
    }
  }

  function distance(px, py, ax, ay, bx, by) {
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const t = length ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length)) : 0;
    return Math.hypot(px - ax - t * dx, py - ay - t * dy);
  }

  // Shapes differ so that colour is never alone: corners in units of the radius, none for a circle.
  function trace(c, corners, x, y, r) {
    if (!corners.length) c.arc(x, y, r, 0, 7);
    corners.forEach(([dx, dy], i) => (i ? c.lineTo(x + dx * r, y + dy * r) : c.moveTo(x + dx * r, y + dy * r)));
    c.closePath();
  }

  app.Network = L.GridLayer.extend({
    options: { tileSize: 512, updateWhenZooming: false, keepBuffer: 1 },

    load(data) {
      this.data = data;
      this._bands = makeBands();
      this._cells = new Cells(data);
      const { header, columns } = data;
      this.state = { view: header.changes ? "changes" : "plan", year: header.years.length - 1, on: {}, hidden: {} };
      header.classes.forEach((name) => (this.state.on[name] = true));
      this._columns = columns;
      const from = header.critical ? header.critical.from : [];
      const bandOf = (cost) => (cost < 0 ? UNKNOWN : from.findLastIndex((low) => cost >= low));
      this.critical = Uint8Array.from(columns.closing || [], bandOf);
      // How far down the order of lines each asset is: A, B, C, unclassified, and classes drawn thin.
      const { asset_class: kind, road_class: level } = columns;
      this._ranks = Uint8Array.from(kind, (value, i) => (header.class_thin[value] ? 4 : Math.min(level[i], 3)));
      // What is ready paints it, once it has set what is shown.
      this.fire("ready");
    },

    createTile(coords) {
      const tile = document.createElement("canvas");
      this._paint(tile, coords);
      return tile;
    },

    repaint() {
      for (const key in this._tiles) this._paint(this._tiles[key].el, this._tiles[key].coords);
    },

    isOn(asset) {
      return this.state.on[this.data.header.classes[this._columns.asset_class[asset]]];
    },

    // The works item of an asset in the chosen year, or −1.
    workOf(asset) {
      const { firstWork } = this.data;
      for (let w = firstWork[asset]; w < firstWork[asset + 1]; w++) {
        if (this._columns.work_year[w] === this.state.year) return w;
      }
      return -1;
    },

    band(asset, view, year) {
      const rows = (view || this.state.view) === "nothing" ? this.data.nothing : this.data.plan;
      return this._bands[rows[year === undefined ? this.state.year : year][asset]];
    },

    _paint(tile, coords) {
      const size = this.options.tileSize;
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      if (tile.width !== size * ratio) tile.width = tile.height = size * ratio;
      const c = tile.getContext("2d");
      c.setTransform(1, 0, 0, 1, 0, 0);
      c.clearRect(0, 0, tile.width, tile.height);
      if (!this.data) return;
      c.scale(ratio, ratio);
      const scale = this._map.options.crs.scale(coords.z) / 256;
      const { origin } = this.data;
      const at = {
        c, scale, zoom: Math.log2(scale),
        x: coords.x * size - origin.x * scale,
        y: coords.y * size - origin.y * scale,
      };
      this._paintGround(at);
      const pad = 14;
      const box = [at.x - pad, at.y - pad, at.x + size + pad, at.y + size + pad].map((v) => v / scale);
      // What a tile shows does not change with the year: it is looked up once, in the order of the roads.
      if (!tile.items) {
        tile.items = [];
        this._cells.each(...box, (item) => tile.items.push(item));
        tile.items = Int32Array.from(tile.items).sort();
      }
      const marks = this._marks();
      if (marks) this._paintMarks(at, tile.items, marks);
      else this._paintBands(at, tile.items, this._shading());
    },

    _paintGround({ c, scale, x, y }) {
      const { rings } = this.data;
      c.beginPath();
      for (let ring = 0; ring < rings.from.length - 1; ring++) {
        for (let v = rings.from[ring]; v < rings.from[ring + 1]; v++) {
          const [vx, vy] = [rings.x[v] * scale - x, rings.y[v] * scale - y];
          if (v === rings.from[ring]) c.moveTo(vx, vy);
          else c.lineTo(vx, vy);
        }
      }
      c.fillStyle = "#ffffff";
      c.fill("evenodd");
      c.lineWidth = 1;
      c.strokeStyle = "#8b929b";
      c.setLineDash([7, 3]);
      c.stroke();
      c.setLineDash([]);
    },

    // Adds pieces to the path as unbroken lines where one follows on from another.
    _traceAll(at, pieces) {
      const joined = this._columns.line_joined;
      let last = -2;
      for (const piece of pieces) {
        this._trace(at, piece, piece === last + 1 && joined[piece]);
        last = piece;
      }
    },

    // A piece shorter than two pixels is one straight line.
    _trace({ c, scale, x, y }, piece, follows) {
      const { from, x: vx, y: vy } = this.data.path;
      const [a, b] = [from[piece], from[piece + 1] - 1];
      if (!follows) c.moveTo(vx[a] * scale - x, vy[a] * scale - y);
      const span = Math.abs(vx[b] - vx[a]) + Math.abs(vy[b] - vy[a]);
      if (span * scale > 2) for (let v = a + 1; v < b; v++) c.lineTo(vx[v] * scale - x, vy[v] * scale - y);
      c.lineTo(vx[b] * scale - x, vy[b] * scale - y);
    },

    _width(level, zoom, widths = WIDTHS) {
      const grow = Math.min(3.4, Math.max(0.75, 1.22 ** (zoom - 11)));
      return widths[level] * grow;
    },

    _radius(zoom) {
      return Math.max(1.7, Math.min(7, 1.7 + (zoom - 9.3) * 0.8));
    },

    // How the view colours assets: the band of each, the colours, and the width of a line of a class and shade.
    _shading() {
      const { header, nothing, plan } = this.data;
      if (this.state.view === "critical") {
        const width = (level, shade, zoom) => this._width(shade, zoom, CRITICAL_WIDTHS);
        return { band: (asset) => this.critical[asset], palette: header.critical.palette, level: () => 0, width };
      }
      const index = (this.state.view === "nothing" ? nothing : plan)[this.state.year];
      const width = (level, shade, zoom) => this._width(4 - level, zoom);
      const level = (asset) => 4 - this._ranks[asset];
      return { band: (asset) => this._bands[index[asset]], palette: header.palette, level, width };
    },

    // Strokes pieces by class, lowest first, and band, so that the last band lies on top.
    _paintBands(at, items, { band, palette, level, width }) {
      const { c, zoom } = at;
      const { header, owner } = this.data;
      const { lines } = header;
      const pieces = this._cells.pieces;
      const groups = Array.from({ length: 30 }, () => []);
      const points = Array.from({ length: 6 }, () => []);
      const on = header.classes.map((name) => this.state.on[name]);
      const { asset_class: kind } = this._columns;
      for (const item of items) {
        const asset = item < pieces ? owner[item] : lines + item - pieces;
        if (!on[kind[asset]]) continue;
        const shade = (band(asset) + 1) % 6;
        if (item < pieces) groups[level(asset) * 6 + shade].push(item);
        else points[shade].push(asset);
      }
      c.lineJoin = "round";
      c.lineCap = zoom > 12 ? "round" : "butt";
      groups.forEach((group, key) => {
        if (!group.length) return;
        c.beginPath();
        this._traceAll(at, group);
        c.lineWidth = width(Math.floor(key / 6), key % 6, zoom);
        c.strokeStyle = key % 6 ? palette[(key % 6) - 1] : QUIET;
        c.stroke();
      });
      points.forEach((group, key) => this._paintPoints(at, group, key ? palette[key - 1] : QUIET));
    },

    // What the view picks out of a quiet network: the kind of an asset, −1 for none, and the style of each kind.
    _marks() {
      const { header } = this.data;
      if (this.state.view === "changes") {
        const kind = (asset) => this._columns.change[asset] - 1;
        return { of: (asset) => (this.state.hidden[kind(asset)] ? -1 : kind(asset)), styles: header.changes };
      }
      if (this.state.view !== "works") return null;
      const of = (asset) => {
        const work = this.workOf(asset);
        return work < 0 ? -1 : this._columns.work_kind[work];
      };
      // Major works carry a dark core: the two kinds differ by more than colour.
      const styles = header.kind_colours.map((colour, kind) => (kind ? { colour, swell: 0.8, core: "#3a1600" } : { colour }));
      return { of, styles };
    },

    // A quiet network, then what is picked out, with a casing that runs the sections of a scheme together.
    _paintMarks(at, items, { of, styles }) {
      const { c, zoom } = at;
      const { lines } = this.data.header;
      const pieces = this._cells.pieces;
      const quiet = Array.from({ length: 5 }, () => []);
      const works = styles.map(() => ({ pieces: [], points: [] }));
      for (const item of items) {
        const line = item < pieces;
        const asset = line ? this.data.owner[item] : lines + item - pieces;
        if (!this.isOn(asset)) continue;
        const group = works[of(asset)];
        if (group) (line ? group.pieces : group.points).push(line ? item : asset);
        if (line) quiet[4 - this._ranks[asset]].push(item);
      }
      c.lineJoin = c.lineCap = "round";
      const stroke = (list, width, colour) => {
        if (!list.length) return;
        c.beginPath();
        this._traceAll(at, list);
        c.lineWidth = width;
        c.strokeStyle = colour;
        c.stroke();
      };
      quiet.forEach((list, level) => stroke(list, this._width(4 - level, zoom) * 0.8, QUIET));
      const broad = Math.max(4.2, this._width(0, zoom) * 1.7);
      works.forEach((group) => stroke(group.pieces, broad + 3, "#ffffff"));
      works.forEach((group, kind) => {
        const { colour, core, dash = [], swell = 0 } = styles[kind];
        c.lineCap = dash.length ? "butt" : "round";
        c.setLineDash(dash);
        stroke(group.pieces, broad + swell, colour);
        c.setLineDash([]);
        if (core) stroke(group.pieces, 1.4, core);
      });
      works.forEach((group, kind) => {
        const { colour, hollow } = styles[kind];
        this._paintPoints(at, group.points, colour, 1.5, hollow);
      });
    },

    _paintPoints({ c, scale, x, y, zoom }, assets, colour, swell = 0, hollow = false) {
      const { header, px, py } = this.data;
      const r = this._radius(zoom) + swell;
      const byShape = new Map();
      for (const asset of assets) {
        const shape = header.class_shapes[this._columns.asset_class[asset]];
        if (!byShape.has(shape)) byShape.set(shape, []);
        byShape.get(shape).push(asset - header.lines);
      }
      for (const [shape, list] of byShape) {
        for (const i of list) {
          c.beginPath();
          trace(c, shape, px[i] * scale - x, py[i] * scale - y, r);
          c.lineWidth = zoom < 11 ? 1 : 2;
          c.strokeStyle = "#ffffff";
          c.stroke();
          c.fillStyle = colour;
          c.fill();
          if (!hollow) continue;
          c.beginPath();
          trace(c, shape, px[i] * scale - x, py[i] * scale - y, r / 2);
          c.fillStyle = "#ffffff";
          c.fill();
        }
      }
    },

    // The nearest visible asset within `reach` pixels of a place; what the view picks out comes first.
    nearest(latlng, zoom, reach = 14) {
      if (!this.data) return -1;
      const scale = this._map.options.crs.scale(zoom) / 256;
      const { path, px, py, owner, header, origin } = this.data;
      const p = app.project(latlng.lat, latlng.lng, origin);
      const limit = reach / scale;
      const pieces = this._cells.pieces;
      const marks = this._marks();
      let [best, nearest] = [limit, -1];
      this._cells.each(p.x - limit, p.y - limit, p.x + limit, p.y + limit, (item) => {
        const asset = item < pieces ? owner[item] : header.lines + item - pieces;
        if (!this.isOn(asset)) return;
        let gap = Infinity;
        if (item < pieces) {
          const end = path.from[item + 1] - 1;
          for (let v = path.from[item]; v < end; v++) {
            gap = Math.min(gap, distance(p.x, p.y, path.x[v], path.y[v], path.x[v + 1], path.y[v + 1]));
          }
        } else {
          // A point lies on its road: it would never be nearer than the road without a head start.
          gap = Math.max(0, Math.hypot(px[asset - header.lines] - p.x, py[asset - header.lines] - p.y) - 7 / scale);
        }
        if (gap > limit) return;
        if (marks && marks.of(asset) < 0) gap += limit;
        if (nearest < 0 || gap < best || (gap === best && asset >= header.lines)) [best, nearest] = [gap, asset];
      });
      return nearest;
    },

    // Corners of an asset as [lat, lng], piece by piece.
    shapeOf(asset) {
      const { header, path, firstPiece, px, py, origin } = this.data;
      if (asset >= header.lines) {
        return [[app.unproject(px[asset - header.lines], py[asset - header.lines], origin)]];
      }
      const shape = [];
      for (let piece = firstPiece[asset]; piece < firstPiece[asset + 1]; piece++) {
        const line = [];
        for (let v = path.from[piece]; v < path.from[piece + 1]; v++) {
          line.push(app.unproject(path.x[v], path.y[v], origin));
        }
        shape.push(line);
      }
      return shape;
    },
  });

  // A layer that reads its own packet from the page; "ready" or "broken" tells what came of it.
  app.networkLayer = function (packetId) {
    const layer = new app.Network();
    app.decode(document.getElementById(packetId).textContent).then(
      (data) => layer.load(data),
      (error) => layer.fire("broken", { error }),
    );
    return layer;
  };
})();
