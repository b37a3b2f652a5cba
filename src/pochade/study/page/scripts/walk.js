// From one test picture to another: a straight line between latents, beside a plain crossfade of pixels.

function buildWalk() {
  const ends = [pictureSelect("From", choose), pictureSelect("To", choose)];
  const walks = ["autoencoder", "vae"].map((name) => ({ name, card: pictureCard(modelTitle(name), name), latents: [] }));
  const fade = pictureCard("Crossfade of pixels");
  const position = slider("Position on the way", { min: 0, max: 100, value: 50 }, show);
  const status = statusLine();

  function choose() {
    for (const walk of walks) walk.latents = ends.map((end) => models[walk.name].encode(end.picture().pixels));
    show();
  }

  function show() {
    const share = position.input.value / 100;
    const shown = walks.map(({ name, card, latents }) => [card, models[name].decode(between(...latents, share))]);
    shown.push([fade, between(...ends.map((end) => end.picture().pixels), share)]);
    for (const [card, pixels] of shown) {
      card.note.textContent = `nearest: ${nearestPicture(pixels).name}`;
      paint(card.canvas, pixels, `${card.node.firstChild.textContent}, ${card.note.textContent}`);
    }
    const [from, to] = ends.map((end) => end.picture().name);
    status.textContent = `${position.input.value} % of the way from ${from} to ${to}.`;
    position.input.setAttribute("aria-valuetext", status.textContent);
  }

  // From the first picture of one class to the first of another; the classes of the page's figures.
  function go(...labels) {
    labels.forEach((label, i) => ends[i].choose(pictures.findIndex((picture) => picture.label === label)));
    choose();
  }

  const known = data.pictures.labels;
  const routes = [[0, 1], [9, 6]].map((route) => route.map((label) => (known.includes(label) ? label : known[0])));
  go(...routes[0]);
  const short = (label) => data.classes[label].replace(/ ?\/.*/, ""); // "T-shirt/top" is long for a button
  return [
    box("w-pair", ...ends.map((end) => end.node)),
    box("w-row", ...routes.map((route) => button(route.map(short).join(" to "), () => go(...route)))),
    box("w-columns w-three", ...[...walks.map((walk) => walk.card), fade].map((card) => card.node)),
    position,
    status,
  ];
}
