// Pictures on canvases: always ink on paper, in the dark theme, too.

const PAPER = "#ffffff";
const INK = "#20242b";
const MARK = "#d81b60"; // what is chosen
// Ten colours that stay apart for colour-blind readers, too (after Paul Tol's muted scheme).
const COLOURS = ["#332288", "#cc6677", "#44aa99", "#cc9900", "#882255", "#3399dd", "#117733", "#aa4499", "#888822", "#666666"];

// Channel `channel` of values (channels, height, width) as grey levels, from 0 (paper) to `most` (ink).
function mapImage(values, [, height, width], channel, most) {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const grey = 255 * (1 - Math.max(values[channel * width * height + i] / most, 0));
    image.data.set([grey, grey, grey, 255], 4 * i);
  }
  return image;
}

// Pixels (C, H, W) in [0, 1] -> ImageData. Grey pictures are white on black; as maps they are ink on paper.
function imageOf(pixels) {
  if (CHANNELS === 1) return mapImage(pixels, SHAPE, 0, 1);
  const image = new ImageData(WIDTH, HEIGHT);
  image.data.fill(255);
  pixels.forEach((value, n) => { image.data[4 * (n % (WIDTH * HEIGHT)) + Math.floor(n / (WIDTH * HEIGHT))] = 255 * value; });
  return image;
}

function imageCanvas(label, width = WIDTH, height = HEIGHT) {
  return element("canvas", { class: "w-picture", width, height, role: "img", "aria-label": label });
}

function pictureCanvas(label, pixels) {
  const canvas = imageCanvas(label);
  if (pixels) paint(canvas, pixels);
  return canvas;
}

function paint(canvas, pixels, label) {
  canvas.getContext("2d").putImageData(imageOf(pixels), 0, 0);
  if (label) canvas.setAttribute("aria-label", label);
}

// Gives a canvas as many pixels as the screen has in its place, and draws: draw(context, width, height).
function fitCanvas(canvas, draw) {
  new ResizeObserver(() => {
    const { clientWidth, clientHeight } = canvas;
    if (!clientWidth || !clientHeight) return;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(clientWidth * scale);
    canvas.height = Math.round(clientHeight * scale);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    draw(context, clientWidth, clientHeight);
  }).observe(canvas);
}
