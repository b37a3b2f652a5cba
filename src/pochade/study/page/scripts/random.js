// One list of random numbers from N(0, 1), decoded by several models. A model with fewer numbers takes the first ones.

const EARLIER = 8; // earlier results that stay in view

function buildRandom() {
  const names = ["autoencoder", "autoencoder_16", "vae", "vae_calibrated"];
  const count = Math.max(...names.map((name) => models[name].latentCount));
  const columns = names.map((name) => {
    const card = pictureCard(modelTitle(name), name);
    const earlier = Array.from({ length: EARLIER }, () => pictureCanvas("earlier"));
    card.node.append(setAttributes(box("w-earlier", ...earlier), { "aria-hidden": true }));
    return { name, card, earlier, results: [] };
  });
  const status = statusLine("w-spoken");

  function decode() {
    const latent = randomNormals(count);
    for (const { name, results } of columns) {
      results.unshift(models[name].decode(latent));
      results.length = Math.min(results.length, EARLIER + 1);
    }
  }

  function show() {
    status.textContent = columns.map(({ name, card, earlier, results }) => {
      const nearest = nearestPicture(results[0]);
      card.note.textContent = `nearest: ${nearest.name}, ${nearest.error.toFixed(3)}`;
      const label = `${modelTitle(name)}, ${card.note.textContent}`;
      paint(card.canvas, results[0], label);
      results.slice(1).forEach((pixels, i) => paint(earlier[i], pixels));
      return label;
    }).join("; ");
  }

  setTimeout(() => { // the page appears first
    for (let i = 0; i <= EARLIER; i++) decode();
    show();
  });
  return [
    box("w-row", button("New random numbers", () => { decode(); show(); }), small("The same numbers for all models.")),
    box("w-columns", ...columns.map(({ card }) => card.node)),
    small(`Below: the nearest of ${pictures.length} test pictures, with the mean squared difference. Small: earlier results.`),
    status,
  ];
}
