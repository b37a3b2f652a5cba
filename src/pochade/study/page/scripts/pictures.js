// What the page knows: the models, test pictures with their names, and random numbers.

const data = JSON.parse(document.getElementById("lesson-data").textContent);
const SHAPE = data.shape; // [C, H, W]
const [CHANNELS, HEIGHT, WIDTH] = SHAPE;
const models = {};
for (const [name, layers] of Object.entries(data.models)) models[name] = new Model(layers, SHAPE);

const bytes = bytesFromBase64(data.pictures.pixels); // (N, C, H, W)
const pictures = data.pictures.labels.map((label, index, labels) => ({
  index,
  label,
  name: `${data.classes[label]} ${index - labels.indexOf(label) + 1}`,
  pixels: Float32Array.from(bytes.subarray(index * countOf(SHAPE), (index + 1) * countOf(SHAPE)), (v) => v / 255),
}));

const WORDS = { vae_calibrated: "VAE, calibrated loss", denoiser: "Denoiser" };

function modelTitle(name) {
  const word = WORDS[name] || (name.startsWith("vae") ? "VAE" : "Autoencoder");
  return `${word}, ${models[name].latentCount} numbers`;
}

// A number from N(0, 1), by the Box-Muller transform.
function randomNormal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

function randomNormals(count) {
  return Float32Array.from({ length: count }, randomNormal);
}

// It may stop early, once the error is above `limit`.
function meanSquaredError(a, b, limit = Infinity) {
  let sum = 0;
  for (let i = 0; i < a.length && sum <= limit * a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}

// The point a share of the way from a to b.
function between(a, b, share) {
  return a.map((value, i) => value + share * (b[i] - value));
}

// The test picture nearest to these pixels: the picture in words, for readers who can't see it.
function nearestPicture(pixels) {
  let nearest = { error: Infinity };
  for (const picture of pictures) {
    const error = meanSquaredError(picture.pixels, pixels, nearest.error);
    if (error < nearest.error) nearest = { name: data.classes[picture.label], error };
  }
  return nearest;
}

function signed(number, digits = 2) {
  return number.toFixed(digits).replace("-", "−");
}
