// Forward passes of the lesson's models: no library, no WebGL. A decoder needs 0.4 million multiplications.
// Values are Float32Arrays, row by row as in torch; their shape [C, H, W] or [D] travels beside them.

function bytesFromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

// Half precision, little-endian: 1 bit for the sign, 5 for the exponent, 10 for the fraction.
function numbersFromFloat16(text) {
  const view = new DataView(bytesFromBase64(text).buffer);
  const numbers = new Float32Array(view.byteLength / 2);
  for (let i = 0; i < numbers.length; i++) {
    const bits = view.getUint16(2 * i, true);
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    // Exponent 0 marks the numbers near zero, which have no leading 1.
    const size = exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14;
    numbers[i] = bits >> 15 ? -size : size;
  }
  return numbers;
}

function countOf(shape) {
  return shape.reduce((product, side) => product * side, 1);
}

// A convolution or a transposed one. Both join the same pairs of numbers: one of a wide side (b, H, W), and one of a
// narrow side (a, h, w), with weight (a, b, kernel, kernel). A convolution goes from wide to narrow.
function convolve(layer, x, [channels, height, width]) {
  const { kernel, stride, padding, weight, bias, output_padding: extra } = layer;
  const down = layer.kind === "conv";
  const reach = kernel - 2 * padding;
  const side = (size, axis) => (down ? Math.floor((size - reach) / stride) + 1 : (size - 1) * stride + reach + extra[axis]);
  const shape = [layer.out, side(height, 0), side(width, 1)];
  const before = [channels, height, width];
  const [[wide, rows, columns], [narrow, h, w]] = down ? [before, shape] : [shape, before];
  const y = new Float32Array(countOf(shape)).map((_, i) => bias[Math.floor(i / (shape[1] * shape[2]))]);
  for (let n = 0; n < narrow * h * w; n++) {
    if (!down && !x[n]) continue; // after a ReLU about half of the numbers are zero
    const a = Math.floor(n / (h * w));
    const top = stride * (Math.floor(n / w) % h) - padding;
    const left = stride * (n % w) - padding;
    const end = Math.min(kernel, columns - left); // the padding beyond is zero, or cut off
    for (let b = 0; b < wide; b++) {
      for (let k = Math.max(0, -top); k < kernel && top + k < rows; k++) {
        const from = ((a * wide + b) * kernel + k) * kernel;
        const m = (b * rows + top + k) * columns + left;
        for (let l = Math.max(0, -left); l < end; l++) {
          if (down) y[n] += weight[from + l] * x[m + l];
          else y[m + l] += weight[from + l] * x[n];
        }
      }
    }
  }
  return { values: y, shape };
}

// x (in), weight (out, in) -> (out)
function multiply({ out, weight, bias }, x) {
  const y = Float32Array.from(bias);
  for (let o = 0; o < out; o++) for (let i = 0; i < x.length; i++) y[o] += weight[o * x.length + i] * x[i];
  return { values: y, shape: [out] };
}

const LAYERS = {
  conv: convolve,
  transposed: convolve,
  linear: multiply,
  relu: (layer, x, shape) => ({ values: x.map((value) => Math.max(value, 0)), shape }),
  sigmoid: (layer, x, shape) => ({ values: x.map((value) => 1 / (1 + Math.exp(-value))), shape }),
  flatten: (layer, x, shape) => ({ values: x, shape: [countOf(shape)] }),
  unflatten: (layer, x) => ({ values: x, shape: layer.shape }),
};

class Model {
  constructor({ latent, encoder, decoder }, pictureShape) {
    Object.assign(this, { latent, encoder, decoder, pictureShape, latentCount: countOf(latent) });
  }

  // The input and the output of every layer: [{ kind, values, shape }, ...].
  steps(layers, input, inputShape) {
    const steps = [{ kind: "input", values: Float32Array.from(input), shape: inputShape }];
    for (const layer of layers) {
      if (typeof layer.weight === "string") { // unpack on first use: the page is ready sooner
        layer.weight = numbersFromFloat16(layer.weight);
        layer.bias = numbersFromFloat16(layer.bias);
      }
      const { values, shape } = steps.at(-1);
      steps.push({ kind: layer.kind, ...LAYERS[layer.kind](layer, values, shape) });
    }
    return steps;
  }

  encode(pixels) { // picture (C, H, W) in [0, 1] -> latent
    return this.steps(this.encoder, pixels, this.pictureShape).pop().values;
  }

  decode(numbers) { // latent, or a longer list that starts with it -> picture (C, H, W) in [0, 1]
    return this.steps(this.decoder, numbers.slice(0, this.latentCount), this.latent).pop().values;
  }
}
