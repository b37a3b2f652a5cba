// Building blocks of the widgets. Text goes in as text, never as HTML.

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function element(tag, attributes = {}, ...children) {
  const node = setAttributes(document.createElement(tag), attributes);
  node.append(...children);
  return node;
}

function svgElement(tag, attributes = {}, ...children) {
  const node = setAttributes(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);
  node.append(...children);
  return node;
}

function svgText(content, x, y, anchor = "middle") {
  return svgElement("text", { x, y, "text-anchor": anchor }, content);
}

function box(kind, ...children) {
  return element("div", { class: kind }, ...children);
}

function small(text) {
  return element("small", {}, text);
}

function button(label, action) {
  const node = element("button", { type: "button" }, label);
  node.addEventListener("click", action);
  return node;
}

// A labelled range; `action` runs while it moves. The input is `.input`.
function slider(label, range, action) {
  const input = element("input", { type: "range", ...range });
  input.addEventListener("input", action);
  return Object.assign(element("label", { class: "w-slider" }, label, input), { input });
}

// A line of text that screen readers speak when it changes.
function statusLine(kind = "w-status") {
  return element("p", { class: kind, "aria-live": "polite" });
}

// Radio buttons with a legend. `options` are [value, node or text]. A click on the chosen one counts, too.
let groupCount = 0;
function radioGroup(legend, options, chosen, action, kind = "w-choices") {
  const name = `w-group-${groupCount++}`;
  const group = element("fieldset", { class: kind }, element("legend", {}, legend));
  for (const [value, content] of options) {
    const input = element("input", { type: "radio", name, value });
    input.checked = value === chosen;
    input.addEventListener("click", () => action(value));
    group.append(element("label", {}, input, content));
  }
  return group;
}

// The test pictures as radio buttons: the arrow keys move among them.
function pictureStrip(legend, chosen, action) {
  const options = pictures.map(({ index, name, pixels }) => [index, pictureCanvas(name, pixels)]);
  return radioGroup(legend, options, chosen, action, "w-strip");
}

// The test pictures as a list grouped by class, with the chosen one beside it.
function pictureSelect(label, action) {
  const list = element("select");
  data.classes.forEach((name, place) => {
    const members = pictures.filter((picture) => picture.label === place);
    list.append(element("optgroup", { label: name }, ...members.map((picture) => new Option(picture.name, picture.index))));
  });
  const canvas = pictureCanvas("");
  const picture = () => pictures[list.value];
  const show = () => paint(canvas, picture().pixels, picture().name);
  list.addEventListener("change", () => { show(); action(); });
  const choose = (index) => { list.value = index; show(); };
  return { node: element("label", { class: "w-select" }, canvas, element("span", {}, label, list)), picture, choose };
}

// A decoded picture with its title above and a line of text below, in the colour of its model.
function pictureCard(title, model) {
  const canvas = pictureCanvas(title);
  const note = small("");
  return { canvas, note, node: box("w-card", element("strong", { class: colourClass(model) }, title), canvas, note) };
}

function colourClass(model) {
  return model ? `w-${model.startsWith("vae") ? "vae" : "autoencoder"}` : "";
}

// Calls `action(x, y, event)` with the place of the pressed pointer in a node, each from 0 to 1.
function onDrag(node, action) {
  const report = (event) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    const share = (offset, size) => Math.min(Math.max(offset / size, 0), 1);
    action(share(event.clientX - left, width), share(event.clientY - top, height), event);
  };
  node.addEventListener("pointerdown", (event) => {
    node.setPointerCapture(event.pointerId);
    report(event);
  });
  node.addEventListener("pointermove", (event) => node.hasPointerCapture(event.pointerId) && report(event));
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Calls `action(dx, dy)` for arrow keys; y grows downwards. With Shift a step is five times as long.
function onArrows(node, action) {
  node.addEventListener("keydown", (event) => {
    if (!ARROWS[event.key]) return;
    event.preventDefault(); // the page must not scroll
    action(...ARROWS[event.key].map((step) => step * (event.shiftKey ? 5 : 1)));
  });
}
