/** The view of each address, and where the navigation shows it. A view's code is loaded when it is first opened. */
import type { Component } from "svelte";

export const SECTIONS = ["Browse", "Labels", "Tools", "Library"] as const;
export type Section = (typeof SECTIONS)[number];

export interface Route {
  at: string;
  name: string;
  /** The section of the navigation that has it; null if only links lead to it. */
  section: Section | null;
  load: () => Promise<{ default: Component<{ rest: string }> | Component }>; // many views don't use the rest of the path
}

export const ROUTES: Route[] = [
  { at: "/", name: "Wall", section: "Browse", load: () => import("./views/WallView.svelte") },
  { at: "/piece", name: "Picture", section: null, load: () => import("./views/PictureView.svelte") },
  { at: "/like", name: "Similar pictures", section: null, load: () => import("./views/SimilarView.svelte") },
  { at: "/draw", name: "Draw to find", section: "Browse", load: () => import("./views/DrawView.svelte") },
  { at: "/story", name: "Story", section: null, load: () => import("./views/StoryView.svelte") },
  { at: "/groups", name: "Groups", section: "Browse", load: () => import("./views/GroupsView.svelte") },
  { at: "/map", name: "Map", section: "Browse", load: () => import("./views/MapView.svelte") },
  { at: "/families", name: "Families", section: "Browse", load: () => import("./views/FamiliesView.svelte") },
  { at: "/teach", name: "Teach", section: "Labels", load: () => import("./views/TeachView.svelte") },
  { at: "/labels", name: "Labels", section: "Labels", load: () => import("./views/LabelsView.svelte") },
  { at: "/clean", name: "Clean", section: "Tools", load: () => import("./views/CleanView.svelte") },
  { at: "/compress", name: "Compress", section: "Tools", load: () => import("./views/CompressView.svelte") },
  { at: "/create", name: "Create", section: "Tools", load: () => import("./views/CreateView.svelte") },
  { at: "/learn", name: "Learn", section: "Library", load: () => import("./views/LearnView.svelte") },
];

/** The route of a path, and the rest of that path: `/piece/0a1b` is Picture, with `0a1b`. */
export function routeOf(path: string): { route: Route; rest: string } | null {
  const [, first = "", ...others] = path.split("/");
  const route = ROUTES.find(({ at }) => at === `/${first}`);
  return route ? { route, rest: others.join("/") } : null;
}

/** The routes that the navigation shows in a section. */
export function routesIn(section: Section): Route[] {
  return ROUTES.filter((route) => route.section === section);
}
