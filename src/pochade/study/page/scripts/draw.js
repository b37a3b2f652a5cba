// A picture to draw on. Three models reconstruct it, and the denoiser cleans it.

function buildDraw() {
  const paper = CHANNELS === 1 ? 0 : 1; // grey pictures are shown inverted
  const size = WIDTH / 18; // radius of the pen in pixels
  let tool = "Draw";
  let pixels = pictures[0].pixels.slice();
  let reference = pictures[0]; // what the outputs are compared with; null: the drawing itself
  let before = null; // the last place of the pen
  let cursor = [WIDTH >> 1, HEIGHT >> 1];

  const canvas = pictureCanvas("Your picture. Arrow keys move the cursor; the space bar uses the tool.");
  setAttributes(canvas, { tabindex: 0, role: "application" });
  const mark = element("span", { class: "w-cursor" });
  const outputs = ["autoencoder", "autoencoder_16", "vae", "denoiser"]
    .map((name) => ({ name, card: pictureCard(modelTitle(name), name) }));
  const status = statusLine("w-spoken");
  const comparison = statusLine();

  // Smudge: carries the pixels of the place before to (x, y), as a finger carries charcoal.
  function apply(x, y) {
    const smudge = tool === "Smudge";
    const source = pixels.slice();
    const [right, down] = smudge ? [Math.round(x - before[0]), Math.round(y - before[1])] : [0, 0];
    for (let n = 0; n < pixels.length; n++) {
      const [column, row] = [n % WIDTH, Math.floor(n / WIDTH) % HEIGHT];
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const [left, top] = [column - right, row - down]; // where the smudge comes from
      const inside = left >= 0 && left < WIDTH && top >= 0 && top < HEIGHT;
      const strength = Math.min(smudge ? 0.8 : 1, 1.5 * (1 - distance / (smudge ? 2 * size : size)));
      const value = smudge ? (inside ? source[n - down * WIDTH - right] : paper) : tool === "Draw" ? 1 - paper : paper;
      if (strength > 0) pixels[n] += strength * (value - pixels[n]);
    }
    before = [x, y];
  }

  // Applies the tool along a line, so that a fast pointer leaves no gaps.
  function stroke(x, y) {
    const from = before || [x, y];
    before = from;
    const steps = Math.max(1, Math.ceil(Math.hypot(x - from[0], y - from[1])));
    for (let step = 1; step <= steps; step++) apply(...between(from, [x, y], step / steps));
    show();
  }

  function replace(values, compared) {
    pixels = Float32Array.from(values);
    reference = compared;
    show();
  }

  function show() {
    paint(canvas, pixels);
    mark.style.cssText = `left:${(100 * cursor[0]) / WIDTH}%;top:${(100 * cursor[1]) / HEIGHT}%;width:${100 / WIDTH}%`;
    const clean = reference ? reference.pixels : pixels;
    const words = outputs.map(({ name, card }) => {
      const output = models[name].decode(models[name].encode(pixels));
      card.note.textContent = `error ${meanSquaredError(output, clean).toFixed(4)}`;
      const label = `${modelTitle(name)}, ${card.note.textContent}, nearest: ${nearestPicture(output).name}`;
      paint(card.canvas, output, label);
      return label;
    });
    comparison.textContent = reference
      ? `Errors are mean squared differences from the clean ${reference.name}. Your picture: ${meanSquaredError(pixels, clean).toFixed(4)}.`
      : "Errors are mean squared differences from your drawing.";
    status.textContent = words.join("; ");
  }

  onDrag(canvas, (x, y, { type }) => {
    if (type === "pointerdown") before = null;
    stroke(x * WIDTH, y * HEIGHT);
  });
  onArrows(canvas, (...steps) => {
    before = cursor.map((place) => place + 0.5); // where a smudge comes from
    cursor = cursor.map((place, i) => Math.min(Math.max(place + steps[i], 0), [WIDTH, HEIGHT][i] - 1));
    show();
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    if (tool !== "Smudge") before = null;
    stroke(cursor[0] + 0.5, cursor[1] + 0.5);
  });
  const noisy = (value) => Math.min(1, Math.max(0, value + data.noise * randomNormal()));
  show();
  const tools = ["Draw", "Erase", "Smudge"].map((name) => [name, name]);
  return [
    box("w-studio",
      box("w-easel", canvas, mark),
      box("w-tools", radioGroup("Tool", tools, tool, (name) => { tool = name; }),
        box("w-row", button("Add noise", () => replace(pixels.map(noisy), reference)),
          button("Clear", () => replace(pixels.fill(paper), null)))),
      box("w-columns", ...outputs.map(({ card }) => card.node)),
      pictureStrip("Start from a test picture", 0, (index) => replace(pictures[index].pixels, pictures[index]))),
    comparison,
    status,
  ];
}
