// Puts every widget into its place. If one can't be built, its static figure stays, and the others still work.

const WIDGETS = {
  maps: buildMaps,
  random: buildRandom,
  walk: buildWalk,
  draw: buildDraw,
  trade: buildTrade,
  noise: buildNoise,
  layers: buildLayers,
  convolution: buildConvolution,
};

for (const [name, build] of Object.entries(WIDGETS)) {
  const place = document.getElementById(`widget-${name}`);
  if (!place) continue;
  try {
    place.replaceChildren(...build());
    place.classList.add("w-live");
  } catch (error) {
    console.error(`The widget ${name} can't be built:`, error);
  }
}

window.lesson = { models, pictures }; // for the tests, and for the curious at the console
