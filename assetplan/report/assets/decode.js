// Reads the packet that encoding.py writes: gzip, a JSON header, then columns of whole numbers in byte planes.
(function () {
  "use strict";
  const app = (window.assetplan = window.assetplan || {});
  const TYPES = { u1: Uint8Array, i2: Int16Array, i4: Int32Array };
  const DEGREE = 100000;

  async function gunzip(text) {
    const raw = atob(text.trim());
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  function readColumns(bytes) {
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
    const columns = {};
    let at = 4 + size;
    for (const [name, kind, length, delta] of header.columns) {
      const values = new TYPES[kind](length);
      const target = new Uint8Array(values.buffer);
      const width = values.BYTES_PER_ELEMENT;
      for (let plane = 0; plane < width; plane++) {
        for (let i = 0; i < length; i++) target[i * width + plane] = bytes[at + i];
        at += length;
      }
      // Typed arrays wrap as the encoder's differences did.
      if (delta) for (let i = 1; i < length; i++) values[i] += values[i - 1];
      columns[name] = values;
    }
    return { header, columns };
  }

  // Degrees to pixels of the whole world at zoom 0, the unit every vertex is kept in.
  function projectX(lng) {
    return ((lng + 180) / 360) * 256;
  }
  function projectY(lat) {
    return (0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)) * 256;
  }

  // Lines as `from` (first vertex of each line, one more at the end) and vertices x, y less the origin.
  function readPaths(columns, name, origin) {
    const count = columns[name + "_count"];
    const joined = columns[name + "_joined"];
    const [startX, startY] = [columns[name + "_start_x"], columns[name + "_start_y"]];
    const [stepX, stepY] = [columns[name + "_dx"], columns[name + "_dy"]];
    const from = new Int32Array(count.length + 1);
    for (let i = 0; i < count.length; i++) from[i + 1] = from[i] + count[i];
    const x = new Float32Array(from[count.length]);
    const y = new Float32Array(from[count.length]);
    let [start, step, lng, lat] = [0, 0, 0, 0];
    for (let line = 0; line < count.length; line++) {
      for (let i = from[line]; i < from[line + 1]; i++) {
        if (i > from[line]) {
          lng += stepX[step];
          lat += stepY[step++];
        } else if (!joined[line]) {
          lng = startX[start];
          lat = startY[start++];
        }
        x[i] = projectX(lng / DEGREE) - origin.x;
        y[i] = projectY(lat / DEGREE) - origin.y;
      }
    }
    return { from, x, y };
  }

  // Condition by year, each a row of one byte an asset: do-nothing, and the plan as its gain on it.
  function readCases(columns, count, years) {
    if (!years) return {};
    const [nothing, gain] = [columns.nothing.slice(), columns.plan.slice()];
    for (let i = count; i < nothing.length; i++) {
      nothing[i] += nothing[i - count];
      gain[i] += gain[i - count];
    }
    const rows = (all) => Array.from({ length: years }, (_, k) => all.subarray(k * count, (k + 1) * count));
    for (let i = 0; i < gain.length; i++) gain[i] += nothing[i];
    return { nothing: rows(nothing), plan: rows(gain) };
  }

  // Sentences kept as a form with # for each number, and all the numbers in order.
  function readSentences([forms, text] = [[], ""], codes = []) {
    const numbers = text.split(" ");
    const pieces = forms.map((form) => form.split("#"));
    const first = new Int32Array(codes.length + 1);
    for (let i = 0; i < codes.length; i++) first[i + 1] = first[i] + pieces[codes[i]].length - 1;
    return (i) => pieces[codes[i]].reduce((text, piece, k) => text + numbers[first[i] + k - 1] + piece);
  }

  app.decode = async function (text) {
    const { header, columns } = readColumns(await gunzip(text));
    const { count, lines } = header;
    const cases = readCases(columns, count, header.years.length);
    const lng = columns.point_x.length ? columns.point_x[0] : columns.line_start_x[0];
    const lat = columns.point_y.length ? columns.point_y[0] : columns.line_start_y[0];
    const origin = { x: projectX(lng / DEGREE), y: projectY(lat / DEGREE) };
    const path = readPaths(columns, "line", origin);
    const owner = new Int32Array(path.from.length - 1);
    const firstPiece = new Int32Array(lines + 1);
    for (let asset = 0, piece = 0; asset < lines; asset++) {
      for (let k = 0; k < columns.pieces[asset]; k++) owner[piece++] = asset;
      firstPiece[asset + 1] = piece;
    }
    const points = count - lines;
    const [px, py] = [new Float32Array(points), new Float32Array(points)];
    for (let i = 0; i < points; i++) {
      px[i] = projectX(columns.point_x[i] / DEGREE) - origin.x;
      py[i] = projectY(columns.point_y[i] / DEGREE) - origin.y;
    }
    const firstWork = new Int32Array(count + 1);
    for (const asset of columns.work_asset || []) firstWork[asset + 1]++;
    for (let i = 0; i < count; i++) firstWork[i + 1] += firstWork[i];
    const rings = readPaths(columns, "ring", origin);
    const reason = readSentences(header.reasons, columns.reason);
    const workReason = readSentences(header.work_reasons, columns.work_reason);
    return { header, columns, ...cases, reason, workReason, origin, path, owner, firstPiece, px, py, firstWork, rings };
  };
  // Web Mercator with its whole zoom levels shifted, so that one of them fills the frame with the extent.
  app.fittedCrs = function (id, [[south, west], [north, east]]) {
    const frame = document.getElementById(id);
    const room = (pixels) => Math.max(64, pixels - 16);
    const across = room(frame.clientWidth) / Math.max(projectX(east) - projectX(west), 1e-4);
    const down = room(frame.clientHeight) / Math.max(projectY(south) - projectY(north), 1e-4);
    const fit = Math.log2(Math.min(across, down));
    const shift = fit - Math.floor(fit) - 0.001;
    return L.extend({}, L.CRS.EPSG3857, {
      scale: (zoom) => 256 * 2 ** (zoom + shift),
      zoom: (scale) => Math.log2(scale / 256) - shift,
    });
  };
  app.project = (lat, lng, origin) => ({ x: projectX(lng) - origin.x, y: projectY(lat) - origin.y });
  app.unproject = (x, y, origin) => {
    const lng = ((x + origin.x) / 256) * 360 - 180;
    const n = Math.PI * (1 - (2 * (y + origin.y)) / 256);
    return [(Math.atan(Math.sinh(n)) * 180) / Math.PI, lng];
  };
})();
