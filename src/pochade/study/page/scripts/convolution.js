// A convolution with stride 2 and its transpose, in one dimension: a window of three boxes moves by two.

// The layers of a model to show. `wide` boxes are the input of the convolution, and the output of the transposed one.
function convolutionExamples({ encoder, decoder }) {
  const examples = [];
  let wide = WIDTH;
  for (const layer of encoder.filter(({ kind }) => kind === "conv")) {
    const narrow = Math.floor((wide + 2 * layer.padding - layer.kernel) / layer.stride) + 1;
    examples.push({ ...layer, wide, narrow, title: `Encoder, ${wide} to ${narrow}: padding ${layer.padding}` });
    wide = narrow;
  }
  const { narrow } = examples[0];
  const layer = decoder.filter(({ kind }) => kind === "transposed").pop();
  const full = layer.output_padding[1]; // the decoder's last layer mirrors the encoder's first
  const ways = [...new Set([0, full])].map((extra) => ({
    ...layer, up: true, extra, narrow, wide: WIDTH - full + extra,
    title: `Decoder, ${narrow} to ${WIDTH - full + extra}: output_padding ${extra}`,
  }));
  return [...new Set([examples[0], examples.pop()]), ...ways];
}

// The middle row of the test picture whose middle row changes most.
function liveliestRow() {
  const rows = pictures.map(({ pixels }) => pixels.subarray(WIDTH * (HEIGHT >> 1), WIDTH * ((HEIGHT >> 1) + 1)));
  const change = (line) => line.reduce((sum, value, i) => sum + Math.abs(value - (line[i - 1] ?? value)), 0);
  return rows.reduce((best, line) => (change(line) > change(best) ? line : best));
}

function buildConvolution() {
  const examples = convolutionExamples(models.autoencoder);
  const drawing = svgElement("svg", { class: "w-boxes", viewBox: "0 0 600 140", role: "img", "aria-label": "The boxes of the layer" });
  const status = statusLine();
  const why = element("p");
  const step = slider("Step", { min: 1, max: 1, value: 1 }, () => { pause(); show(); });
  const playing = button("Play", () => (timer ? pause() : play()));
  const line = liveliestRow();
  let example = examples[0];
  let timer = 0;

  // The boxes of the wide row that belong to box i of the narrow row; some lie in the padding.
  const reach = (i) => Array.from({ length: example.kernel }, (_, l) => i * example.stride - example.padding + l);

  // The weights rise to the middle: a blur on the way down, linear interpolation on the way up.
  function kernelWeights({ kernel, up }) {
    const shares = Array.from({ length: kernel }, (_, l) => 1 - Math.abs(2 * l - kernel + 1) / (kernel + 1));
    return up ? shares : shares.map((share) => (2 * share) / (kernel + 1));
  }

  // The values of the wide and of the narrow row after so many steps; null: not yet known.
  function rowValues({ up, wide, narrow }, weights, steps) {
    const count = up ? narrow : wide;
    const given = Array.from({ length: count }, (_, i) => line[Math.floor((i * WIDTH) / count)]);
    const made = Array(up ? wide : narrow).fill(up ? 0 : null);
    for (let i = 0; i < steps; i++) {
      reach(i).forEach((place, l) => {
        if (!up) made[i] += weights[l] * (given[place] ?? 0);
        else if (place in made) made[place] += weights[l] * given[i];
      });
    }
    return up ? [made, given] : [given, made];
  }

  function show() {
    const { up, wide, narrow, padding, stride, kernel, extra } = example;
    const steps = Number(step.input.value);
    const weights = kernelWeights(example);
    const [wideValues, narrowValues] = rowValues(example, weights, steps);
    const current = reach(steps - 1);
    const last = Math.max(wide - 1, ...reach(narrow - 1));
    const cell = Math.min(40, 600 / (last + padding + 1));
    const x = (place) => 300 + (place - (last - padding + 1) / 2) * cell;
    const [wideY, narrowY] = up ? [98, 6] : [6, 98];
    const square = (place, y, value, active) => svgElement("rect", { // its value as ink on paper
      x: x(place) + 1, y, width: cell - 2, height: 36,
      class: `${value === undefined ? "w-outside" : "w-box"} ${active ? "w-current" : ""}`,
      style: value >= 0 && value !== null ? `fill:hsl(0 0% ${100 * (1 - Math.min(1, value))}%)` : "",
    });
    const boxes = narrowValues.map((value, i) => square(i * stride - padding + (kernel - 1) / 2, narrowY, value, i === steps - 1));
    for (let place = -padding; place <= last; place++) boxes.push(square(place, wideY, wideValues[place], current.includes(place)));
    const [near, far] = up ? [narrowY + 36, wideY] : [narrowY, wideY + 36];
    const centre = x(current[0] + (kernel - 1) / 2);
    const fan = `M${centre} ${near}L${x(current[0])} ${far}h${kernel * cell}L${centre + cell} ${near}Z`;
    drawing.replaceChildren(svgElement("path", { class: "w-fan", d: fan }), ...boxes);

    const factor = (place) => (up ? narrowValues[steps - 1] : wideValues[place] ?? 0).toFixed(2);
    const products = current.map((place, l) => `${weights[l].toFixed(2)} × ${factor(place)}`);
    status.textContent = up
      ? `Input ${steps} of ${narrow} adds ${products.join(", ")} to ${kernel} boxes of the output.`
      : `Output ${steps} of ${narrow} is ${products.join(" + ")} = ${narrowValues[steps - 1].toFixed(2)}.`;
    why.textContent = !up
      ? `(${wide} + 2 × ${padding} − ${kernel}) / ${stride} + 1, rounded down, is ${narrow}. `
        + (padding ? "The dashed boxes are padding: zeros." : "Without padding, the window stays inside.")
      : `(${narrow} − 1) × ${stride} − 2 × ${padding} + ${kernel} + ${extra} = ${wide}. `
        + (extra ? `output_padding ${extra} makes it longer at the right end. ` : padding ? "The padding cuts off the dashed boxes. " : "")
        + (examples.some((other) => other.extra) ? `The convolution maps both ${WIDTH - 1} and ${WIDTH} boxes to ${narrow}: output_padding says which to return.` : "");
  }

  function move(by) {
    step.input.value = Number(step.input.value) + by;
    show();
  }

  function play() {
    if (step.input.value === step.input.max) step.input.value = 1;
    playing.textContent = "Pause";
    timer = setInterval(() => {
      move(1);
      if (step.input.value === step.input.max) pause();
    }, 500);
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    playing.textContent = "Play";
  }

  function choose(index) {
    pause();
    example = examples[index];
    setAttributes(step.input, { max: example.narrow }).value = Math.ceil(example.narrow / 2);
    show();
  }

  choose(0);
  const manual = (label, by) => button(label, () => { pause(); move(by); });
  const buttons = box("w-row", manual("Previous", -1), manual("Next", 1), playing, step);
  return [radioGroup("Layer", examples.map(({ title }, i) => [i, title]), 0, choose), drawing, buttons, status, why];
}
