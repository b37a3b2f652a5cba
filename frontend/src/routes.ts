/** Which view is at which address; each is loaded when it is first asked for. */
import type { Component } from "svelte";

export interface Route {
  at: string;
  name: string;
  inBar: boolean;
  load: () => Promise<{ default: Component<{ rest: string }> | Component }>; // many don't ask for what comes after
}

export const ROUTES: Route[] = [
  { at: "/", name: "Wall", inBar: true, load: () => import("./views/Wall.svelte") },
  { at: "/piece", name: "Piece", inBar: false, load: () => import("./views/Piece.svelte") },
  { at: "/like", name: "Like this", inBar: false, load: () => import("./views/Like.svelte") },
  { at: "/families", name: "Families", inBar: true, load: () => import("./views/Families.svelte") },
  { at: "/groups", name: "Groups", inBar: true, load: () => import("./views/Groups.svelte") },
  { at: "/teach", name: "Teach", inBar: true, load: () => import("./views/Teach.svelte") },
  { at: "/map", name: "Map", inBar: true, load: () => import("./views/Map.svelte") },
  { at: "/clean", name: "Clean", inBar: true, load: () => import("./views/Clean.svelte") },
  { at: "/compress", name: "Compress", inBar: true, load: () => import("./views/Compress.svelte") },
  { at: "/create", name: "Create", inBar: true, load: () => import("./views/Create.svelte") },
  { at: "/learn", name: "Learn", inBar: true, load: () => import("./views/Learn.svelte") },
];

/** The route of a path, and what of the path comes after it: `/piece/0a1b` is Piece, with `0a1b`. */
export function routeOf(path: string): { route: Route; rest: string } | null {
  const [, first = "", ...others] = path.split("/");
  const route = ROUTES.find((one) => one.at === `/${first}`);
  return route ? { route, rest: others.join("/") } : null;
}
