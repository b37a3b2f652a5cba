/** Sharper versions of pictures that are shown as thumbnails: a few are loaded at a time, the latest request first. */

const MAX_REQUESTS = 2; // the server must read each picture again, and other requests must not wait for that
interface Request {
  address: string;
  onready: () => void;
}
const waiting: Request[] = [];
let running = 0;

/** Load a picture, then call `onready`. The returned function takes the request back. */
export function loadSharp(address: string, onready: () => void): () => void {
  const request = { address, onready };
  waiting.push(request);
  loadNext();
  return () => {
    request.onready = () => undefined;
    const place = waiting.indexOf(request);
    if (place >= 0) waiting.splice(place, 1);
  };
}

function loadNext(): void {
  const request = running < MAX_REQUESTS ? waiting.pop() : undefined;
  if (!request) return;
  running += 1;
  const image = new Image();
  image.src = request.address;
  image.decode().then(() => request.onready(), () => undefined).finally(() => {
    running -= 1;
    loadNext();
  }); // a picture that can't be loaded stays a thumbnail
  loadNext();
}
