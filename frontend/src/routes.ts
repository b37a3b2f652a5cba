/** The view of each address. A view's code is loaded when it is first opened. */
import type { Component } from "svelte";

export interface Route {
  at: string;
  name: string;
  inBar: boolean;
  load: () => Promise<{ default: Component<{ rest: string }> | Component }>; // many views don't use the rest of the path
}

export const ROUTES: Route[] = [
  { at: "/", name: "Wall", inBar: true, load: () => import("./views/WallView.svelte") },
  { at: "/piece", name: "Picture", inBar: false, load: () => import("./views/PictureView.svelte") },
  { at: "/like", name: "Similar pictures", inBar: false, load: () => import("./views/SimilarView.svelte") },
  { at: "/families", name: "Families", inBar: true, load: () => import("./views/FamiliesView.svelte") },
  { at: "/groups", name: "Groups", inBar: true, load: () => import("./views/GroupsView.svelte") },
  { at: "/teach", name: "Teach", inBar: true, load: () => import("./views/TeachView.svelte") },
  { at: "/map", name: "Map", inBar: true, load: () => import("./views/MapView.svelte") },
  { at: "/clean", name: "Clean", inBar: true, load: () => import("./views/CleanView.svelte") },
  { at: "/compress", name: "Compress", inBar: true, load: () => import("./views/CompressView.svelte") },
  { at: "/create", name: "Create", inBar: true, load: () => import("./views/CreateView.svelte") },
  { at: "/learn", name: "Learn", inBar: true, load: () => import("./views/LearnView.svelte") },
];

/** The route of a path, and the rest of that path: `/piece/0a1b` is Picture, with `0a1b`. */
export function routeOf(path: string): { route: Route; rest: string } | null {
  const [, first = "", ...others] = path.split("/");
  const route = ROUTES.find(({ at }) => at === `/${first}`);
  return route ? { route, rest: others.join("/") } : null;
}
