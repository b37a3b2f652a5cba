// The reparameterisation z = mu + sigma * eps: the noise stays, mu and sigma move all samples.

function buildNoise() {
  const mu = slider("Mean, mu", { min: -3, max: 3, step: 0.05, value: 1.5 }, show);
  const sigma = slider("Deviation, sigma", { min: 0.25, max: 2, step: 0.05, value: 0.5 }, show);
  const drawing = svgElement("svg", { class: "w-chart", role: "img", height: 240, "aria-label": "The noise, the samples and their density" });
  const status = statusLine();
  let noise = randomNormals(40);
  let width = 340;

  const x = (value) => (value + 6) * (width / 12); // the number line from -6 to 6
  const line = (x1, y1, x2, y2, kind) => svgElement("line", { x1, y1, x2, y2, class: kind });

  // The density of N(mean, deviation^2).
  function bell(mean, deviation, kind) {
    const places = Array.from({ length: 241 }, (_, i) => {
      const value = i / 20 - 6;
      return `${x(value)} ${216 - (30 / deviation) * Math.exp(-0.5 * ((value - mean) / deviation) ** 2)}`;
    });
    return svgElement("path", { d: `M${places.join("L")}`, class: kind });
  }

  function show() {
    const [m, s] = [mu, sigma].map(({ input }) => Number(input.value));
    const z = noise.map((eps) => m + s * eps);
    const ticks = [...noise.keys()].reverse().map((i) => svgElement("g", { class: i ? "" : "w-first" }, // the first one on top
      line(x(noise[i]), 22, x(z[i]), 76, "w-link"),
      line(x(noise[i]), 10, x(noise[i]), 22, "w-noise"),
      line(x(z[i]), 76, x(z[i]), 88, "w-sample")));
    drawing.replaceChildren(...ticks, line(0, 216, width, 216, "w-axis"), bell(0, 1, "w-prior"), bell(m, s, "w-curve"),
      svgText("eps: stays", 2, 20, "start"), svgText("z: moves", 2, 87, "start"), svgText("prior: dashed", 2, 204, "start"),
      ...[-4, -2, 0, 2, 4].map((value) => svgText(signed(value, 0), x(value), 234)));
    const eps = signed(noise[0]);
    status.textContent = `KL = ${signed(0.5 * (m * m + s * s - 1 - Math.log(s * s)), 3)} nats; `
      + `its gradient is ${signed(m)} for mu and ${signed(s - 1 / s)} for sigma. `
      + `Red: z = ${signed(m)} + ${s.toFixed(2)} × ${eps} = ${signed(z[0])}; its gradient is 1 for mu and eps = ${eps} for sigma.`;
  }

  // Ten small steps down the gradient of the KL divergence.
  function descend() {
    let [m, s] = [mu, sigma].map(({ input }) => Number(input.value));
    for (let step = 0; step < 10; step++) [m, s] = [m - 0.02 * m, s - 0.02 * (s - 1 / s)];
    [mu.input.value, sigma.input.value] = [m, s];
    show();
  }

  new ResizeObserver(() => { width = drawing.clientWidth || width; show(); }).observe(drawing);
  show();
  const renew = () => { noise = randomNormals(noise.length); show(); };
  const buttons = box("w-row", button("New noise", renew), button("Follow the KL gradient", descend));
  return [box("w-pair", mu, sigma), drawing, buttons, status];
}
