// Rate and distortion: each point of the chart is a VAE. The slider chooses one, which decodes random numbers.

const SAMPLES = 64;
const PER_ROW = 8;

function buildTrade() {
  const points = data.trade.filter(({ model }) => models[model]);
  const count = Math.max(...points.map(({ model }) => models[model].latentCount));
  const canvas = imageCanvas("Samples", PER_ROW * WIDTH, (SAMPLES / PER_ROW) * HEIGHT);
  const numbers = element("dl", { class: "w-numbers", "aria-live": "polite" });
  const start = Math.max(0, points.findIndex(({ kl_weight: weight }) => weight === 1));
  const choice = slider("Weight of the KL term, from most to least", { min: 0, max: points.length - 1, value: start }, show);
  const chart = tradeChart(points, (index) => { choice.input.value = index; show(); });
  let latents = [];
  const decoded = new Map(); // the samples of each point so far, from the same random numbers

  function renew() {
    latents = Array.from({ length: SAMPLES }, () => randomNormals(count));
    decoded.clear();
    show();
  }

  function show() {
    const index = Number(choice.input.value);
    const { model, kl_weight: weight, kl, test_mse: error, density, coverage } = points[index];
    if (!decoded.has(index)) decoded.set(index, latents.map((z) => models[model].decode(z)));
    const samples = decoded.get(index);
    const context = canvas.getContext("2d");
    samples.forEach((pixels, i) => context.putImageData(imageOf(pixels), (i % PER_ROW) * WIDTH, Math.floor(i / PER_ROW) * HEIGHT));
    const classes = new Set(samples.map((pixels) => nearestPicture(pixels).name)).size;
    const word = weight === null ? "calibrated" : `× ${weight}`;
    canvas.setAttribute("aria-label", `${SAMPLES} samples, KL ${word}; nearest test pictures: ${classes} classes`);
    choice.input.setAttribute("aria-valuetext", `KL ${word}: ${kl.toFixed(1)} nats, error ${error.toFixed(4)}`);
    const facts = [["KL term", word], ["KL, nats", kl.toFixed(1)], ["test error", error.toFixed(4)],
      ["density", density.toFixed(2)], ["coverage", coverage.toFixed(2)]];
    numbers.replaceChildren(...facts.map(([term, value]) => box("", element("dt", {}, term), element("dd", {}, value))));
    chart.mark(index);
  }

  setTimeout(renew); // 64 pictures take a while: the page appears first
  const again = box("w-row", button("New random numbers", renew), small("The same ones for every VAE."));
  return [choice, box("w-pair", box("", chart.node, numbers), box("", canvas, again))];
}

// The points in an SVG: KL to the right, error upwards. A click on a point chooses it, too.
function tradeChart(points, choose) {
  const [left, right, top, bottom] = [48, 326, 14, 180];
  // A function from values to places, with some space at both ends.
  const scale = (values, low, high) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return (value) => low + (0.06 + (0.88 * (value - least)) / (most - least || 1)) * (high - low);
  };
  const errors = points.map((point) => point.test_mse);
  const logs = points.map((point) => Math.log(point.kl));
  const [x, y] = [scale(logs, left, right), scale(errors, bottom, top)];
  const places = points.map((point, i) => [x(logs[i]), y(errors[i])]);
  const dots = places.map(([cx, cy], i) => {
    const dot = svgElement("circle", { cx, cy, r: 8 });
    dot.addEventListener("click", () => choose(i));
    return dot;
  });
  const node = svgElement("svg", { viewBox: "0 0 340 216", class: "w-chart", role: "img", "aria-label": "Test error against KL divergence" },
    svgElement("path", { d: `M${left} ${top}V${bottom}H${right}`, class: "w-axis" }),
    svgElement("path", { d: `M${[...places].sort((a, b) => a[0] - b[0]).join("L")}`, class: "w-curve" }),
    ...dots,
    ...points.map(({ kl }, i) => svgText(i && Math.abs(places[i][0] - places[i - 1][0]) < 18 ? "" : kl.toFixed(0), places[i][0], bottom + 16)),
    ...[Math.min(...errors), Math.max(...errors)].map((error) => svgText(error.toFixed(3), left - 6, y(error) + 4, "end")),
    svgText("KL in nats per picture, log scale", (left + right) / 2, bottom + 33),
    svgText("test error", right, top + 6, "end"));
  return { node, mark: (index) => dots.forEach((dot, i) => dot.setAttribute("class", i === index ? "w-on" : "w-off")) };
}
