// What each layer of the autoencoder computes for a picture: its feature maps, one canvas per layer.

// [{ title, values, shape: [channels, height, width], whole }, ...] from the picture to the reconstruction.
// A convolution is shown after its activation function. `whole`: the channels are the colours of one picture.
function featureMaps(model, { pixels }) {
  const encoded = model.steps(model.encoder, pixels, SHAPE);
  const decoded = model.steps(model.decoder, encoded.at(-1).values, model.latent);
  const maps = (part, steps, kinds) => steps.filter(({ kind }) => kinds.includes(kind))
    .map(({ values, shape }, i) => ({ title: `${part} ${i + 1}`, values, shape: [...shape, 1, 1].slice(0, 3) }));
  const reconstruction = { title: "reconstruction", values: decoded.pop().values, shape: SHAPE, whole: true };
  return [{ ...reconstruction, title: "picture", values: pixels }, ...maps("encoder", encoded, ["relu", "linear"]),
    ...maps("decoder", decoded, ["relu", "unflatten"]), reconstruction];
}

function buildLayers() {
  const large = imageCanvas("The chosen feature map, enlarged");
  const status = statusLine();
  let maps = featureMaps(models.autoencoder, pictures[0]);
  let chosen = [1, 0]; // layer and channel of the enlarged map

  const views = maps.map(({ title, whole, shape: [channels, height, width] }, layer) => {
    const count = whole ? 1 : channels;
    const columns = Math.max(1, Math.round(Math.sqrt(count / 4)));
    const side = whole ? 64 : Math.min(34, 2 * Math.max(height, width) + 8); // of one map with its border, in CSS pixels
    const size = `${channels} × ${height} × ${width}`;
    const canvas = element("canvas", {
      class: "w-maps", tabindex: 0, role: "application", "aria-label": `${title}, ${size}. Arrow keys choose a map.`,
      width: 2 * side * columns, height: 2 * side * Math.ceil(count / columns), // 2 for sharp screens
      style: `width:${side * columns}px`,
    });
    const choose = (channel) => pick(layer, Math.min(Math.max(channel, 0), count - 1));
    const point = ({ offsetX, offsetY }) => choose(columns * Math.floor(offsetY / side) + Math.floor(offsetX / side));
    for (const kind of ["pointermove", "pointerdown"]) canvas.addEventListener(kind, point);
    canvas.addEventListener("focus", () => chosen[0] !== layer && choose(0));
    onArrows(canvas, (dx, dy) => choose(chosen[1] + dx + columns * dy));
    return { canvas, columns, count, side, node: element("figure", {}, canvas, element("figcaption", {}, title, element("br"), size)) };
  });

  function image(layer, channel) {
    const { values, shape, whole, most } = maps[layer];
    return whole ? imageOf(values) : mapImage(values, shape, channel, most);
  }

  function draw(layer) {
    const { canvas, columns, count, side } = views[layer];
    const context = canvas.getContext("2d");
    const stage = document.createElement("canvas");
    context.imageSmoothingEnabled = false;
    for (let channel = 0; channel < count; channel++) {
      const map = image(layer, channel);
      [stage.width, stage.height] = [map.width, map.height];
      stage.getContext("2d").putImageData(map, 0, 0);
      const [x, y] = [2 * side * (channel % columns), 2 * side * Math.floor(channel / columns)];
      context.fillStyle = chosen[0] === layer && chosen[1] === channel ? MARK : "#aaa";
      context.fillRect(x, y, 2 * side, 2 * side);
      context.drawImage(stage, x + 4, y + 4, 2 * side - 8, 2 * side - 8);
    }
  }

  function pick(layer, channel) {
    const before = chosen[0];
    chosen = [layer, channel];
    if (before !== layer) draw(before);
    draw(layer);
    const { title, values, whole, shape: [channels, height, width] } = maps[layer];
    const part = whole ? values : values.subarray(channel * height * width, (channel + 1) * height * width);
    [large.width, large.height] = [width, height];
    large.getContext("2d").putImageData(image(layer, channel), 0, 0);
    status.textContent = `${title}, ${whole ? "" : `channel ${channel + 1} of ${channels}, `}shape ${height} × ${width}. `
      + `Numbers from ${signed(Math.min(...part))} to ${signed(Math.max(...part))}.`;
  }

  function choose(index) {
    maps = featureMaps(models.autoencoder, pictures[index]);
    for (const map of maps) map.most = map.values.reduce((a, b) => Math.max(a, b), 1e-6);
    views.forEach((view, layer) => draw(layer));
    pick(...chosen);
  }

  choose(0);
  const { values, shape: [, height, width] } = maps[1];
  pick(1, Math.floor(values.indexOf(maps[1].most) / (height * width))); // start with the strongest map
  return [pictureStrip("Picture", 0, choose), box("w-large", large, status), box("w-layers", ...views.map(({ node }) => node))];
}
