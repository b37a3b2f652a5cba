// Two latents of two numbers as maps. A dot is a test picture; the decoder draws the point that the reader drags.

const REACH = 2.45; // 95 % of the draws from N(0, I) in two dimensions lie within this distance of 0

class LatentMap {
  constructor(name) {
    const { low, high, positions } = data.maps[name];
    Object.assign(this, { name, low, high, latent: [0, 0], labels: bytesFromBase64(data.maps.labels) }); // labels (M)
    const shares = new Uint16Array(bytesFromBase64(positions).buffer); // (2 M), 0 to 65535 from low to high
    this.points = Float32Array.from(shares, (share, i) => this.mix(i % 2, share / 65535));
    this.usual = this.usualDistance();
    this.canvas = element("canvas", {
      class: "w-map", tabindex: 0, role: "application",
      "aria-label": `Map of the latents: ${modelTitle(name)}. Arrow keys move the point, with Shift faster.`,
    });
    this.card = pictureCard("Decoded point");
    this.level = element("span");
    this.status = statusLine();
    const title = element("strong", { class: colourClass(name) }, modelTitle(name));
    this.node = box("w-map-box", title, this.canvas, this.card.node, box("w-meter", this.level), this.status);
    onDrag(this.canvas, (x, y) => this.move([this.mix(0, x), this.mix(1, 1 - y)]));
    onArrows(this.canvas, (dx, dy) => {
      this.move(this.latent.map((value, i) => value + ([dx, -dy][i] * (this.high[i] - this.low[i])) / 60));
    });
    this.redraw = () => {}; // until the canvas has a size
    fitCanvas(this.canvas, (context, width, height) => {
      const dots = drawDots(this, width, height);
      this.redraw = () => this.draw(context, dots, width, height);
      this.redraw();
    });
  }

  // The coordinate a share of the way along an axis.
  mix(axis, share) {
    return this.low[axis] + share * (this.high[axis] - this.low[axis]);
  }

  // Where a latent lies on a map of this size.
  place(latent, width, height) {
    const [x, y] = latent.map((value, i) => (value - this.low[i]) / (this.high[i] - this.low[i]));
    return [x * width, (1 - y) * height];
  }

  dot(i) {
    return [this.points[2 * i], this.points[2 * i + 1]];
  }

  move(latent) {
    this.latent = latent;
    this.show();
  }

  // The dot nearest to a point, other than dot `except`.
  nearest([x, y], except) {
    let [least, label] = [Infinity, 0];
    for (let i = 0; i < this.labels.length; i++) {
      const square = (this.points[2 * i] - x) ** 2 + (this.points[2 * i + 1] - y) ** 2;
      if (square < least && i !== except) [least, label] = [square, this.labels[i]];
    }
    return { distance: Math.sqrt(least), label };
  }

  // The median distance from a dot to its nearest dot, from about 300 dots.
  usualDistance() {
    const stride = Math.ceil(this.labels.length / 300);
    const some = [...this.labels.keys()].filter((i) => i % stride === 0);
    return median(some.map((i) => this.nearest(this.dot(i), i).distance)) || 1;
  }

  show() {
    const pixels = models[this.name].decode(this.latent);
    const { label, distance } = this.nearest(this.latent);
    const ratio = distance / this.usual;
    const verdict = ratio < 4 ? "among pictures" : ratio < 16 ? "at the edge" : "far from every picture";
    paint(this.card.canvas, pixels, `Decoded point, nearest: ${nearestPicture(pixels).name}`);
    this.level.style.width = `${Math.min(100, 4 + 16 * Math.log2(ratio + 1))}%`;
    this.level.className = ratio < 4 ? "w-near" : "w-far";
    this.status.textContent = `z = (${this.latent.map((v) => signed(v)).join(", ")}): ${verdict}. Nearest dot: `
      + `${data.classes[label]}, ${ratio.toFixed(ratio < 10 ? 1 : 0)} times the usual distance between dots.`;
    this.redraw();
  }

  draw(context, dots, width, height) {
    context.drawImage(dots, 0, 0, width, height);
    // An ellipse around a latent, with its radii in pixels: a line in a colour, on a broader line of paper.
    const ellipse = (centre, radii, colour, dash = []) => {
      context.beginPath();
      context.ellipse(...this.place(centre, width, height), ...radii, 0, 0, 7);
      context.setLineDash(dash);
      for (const [lineWidth, strokeStyle] of [[4, PAPER], [2, colour]]) {
        Object.assign(context, { lineWidth, strokeStyle });
        context.stroke();
      }
    };
    const unit = [width / (this.high[0] - this.low[0]), height / (this.high[1] - this.low[1])];
    ellipse([0, 0], unit.map((length) => REACH * length), INK, [6, 5]);
    if (this.chosen) {
      const { centre, deviation } = this.chosen;
      for (const scale of deviation ? [1, 2] : []) ellipse(centre, deviation.map((d, i) => scale * d * unit[i]), MARK);
      ellipse(centre, [4, 4], MARK);
    }
    ellipse(this.latent, [9, 9], INK);
  }
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

// The dots and the names of the classes, on a canvas of their own: they change with the size of the map only.
function drawDots(map, width, height) {
  const scale = window.devicePixelRatio;
  const canvas = element("canvas", { width: width * scale, height: height * scale });
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.fillStyle = PAPER;
  context.fillRect(0, 0, width, height);
  const members = data.classes.map(() => [[], []]); // of each class, the x and the y of its dots
  map.labels.forEach((label, i) => {
    const place = map.place(map.dot(i), width, height);
    place.forEach((value, axis) => members[label][axis].push(value));
    context.fillStyle = COLOURS[label % COLOURS.length];
    context.fillRect(place[0] - 1, place[1] - 1, 2, 2);
  });
  Object.assign(context, { font: "600 11px system-ui, sans-serif", textBaseline: "middle", lineJoin: "round" });
  Object.assign(context, { lineWidth: 4, strokeStyle: PAPER });
  const names = members.map(([x, y], label) => ({ label, x: median(x), y: median(y) })).filter(({ x }) => x >= 0);
  const taken = [];
  for (const { label, x, y } of names.sort((a, b) => a.y - b.y)) {
    const name = data.classes[label];
    const size = context.measureText(name).width;
    const left = Math.min(Math.max(x - size / 2, 2), width - size - 2);
    let top = y;
    while (taken.some((other) => Math.abs(other.top - top) < 15 && left < other.right && other.left < left + size)) top += 2;
    taken.push({ left, right: left + size, top });
    context.strokeText(name, left, top);
    context.fillStyle = INK;
    context.fillText(name, left, top);
    context.fillStyle = COLOURS[label % COLOURS.length];
    context.fillRect(left, top + 6, size, 2); // underlined in the colour of its dots
  }
  return canvas;
}

function buildMaps() {
  const maps = ["autoencoder_2", "vae_2"].map((name) => new LatentMap(name));
  const [, vae] = maps;

  // Moves to a test picture, where its position is known: in the VAE's map, the mean of its posterior.
  function choose(index) {
    for (const map of maps) {
      const positions = map === vae ? data.clouds.mean : data.maps[map.name].pictures;
      map.chosen = { centre: positions[index], deviation: map === vae && data.clouds.deviation[index] };
      map.move(positions[index]);
    }
  }

  function draw() {
    const latent = [randomNormal(), randomNormal()];
    for (const map of maps) map.move(latent);
  }

  draw();
  return [
    box("w-pair", ...maps.map((map) => map.node)),
    box("w-row", button("Same random numbers", draw),
      small("Two numbers from N(0, 1) for both maps. 95 % of such points lie within the dashed line.")),
    pictureStrip("Find a test picture", -1, choose),
    small("Red: its place. In the VAE's map, the ellipses are its posterior: one and two deviations around the mean."),
  ];
}
